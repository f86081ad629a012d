using Reuseportd.Model;

namespace Tests.Shared;

/// <summary>Whole service specs that tests vary with <c>with</c>.</summary>
internal static class Specs
{
    public static ServiceSpec Service(string name, int workers = 2) => new(
        name,
        workers,
        Autostart: true,
        DependsOn: [],
        Process("server"),
        new ReadinessSpec.Bind(ReadinessSpec.DefaultTimeout),
        Liveness: null,
        RecycleSpec.Never,
        RestartPolicy.Default,
        StopSpec.Default,
        Signal.Hup,
        UpdateSpec.Default,
        StallSpec.Default,
        LoggingSpec.Default);

    public static ProcessSpec Process(string program) => new(
        [Template.TryParse(program, out _)!],
        new ReuseportSpec(
            new PortFilter([new PortRange(8080, 8080)]), [], null, OptionSetting.Set, OptionSetting.System, null, Debug: true,
            Balance.Default),
        [],
        [],
        null,
        null,
        null,
        null,
        LimitsSpec.None,
        new OutputTarget.Journal(),
        new OutputTarget.Journal());
}
