using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads when a ready worker that runs but no longer answers is restarted.</summary>
internal static class LivenessReader
{
    private const int LargestThreshold = 1000;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);

    private static readonly Words<ProbeType> Types =
        new(("tcp", ProbeType.Tcp), ("http", ProbeType.Http), ("dns", ProbeType.Dns), ("exec", ProbeType.Exec));

    private static readonly Key Type = Key.Choice("type", Types, "How the worker is probed.") with { IsRequired = true };

    private static readonly Key InitialDelay =
        Key.Duration("initial_delay", "Time from readiness to the first probe.", TimeSpan.Zero);

    private static readonly Key Period = Key.Duration(
        "period", "Time from one probe to the next. The first is spread over one period.", LivenessSpec.DefaultPeriod, Shortest);

    private static readonly Key Timeout =
        Key.Duration("timeout", "A probe without an answer after this time has failed.", LivenessSpec.DefaultTimeout, Shortest);

    private static readonly Key Threshold = Key.Integer(
        "failure_threshold", 1, LargestThreshold, "Failures in a row after which the worker is restarted.",
        LivenessSpec.DefaultThreshold);

    public static readonly Key Key = new(
        "liveness",
        new Shape.Map([Type, InitialDelay, Period, Timeout, Threshold, .. ProbeReader.Keys]) { Rules = ProbeReader.Rules },
        "Probes ready workers, and restarts those that no longer answer. Without liveness, a ready worker stays ready while its "
        + "process runs.");

    public static LivenessSpec? Read(Section service, ProbedService probed)
    {
        if (service.Find(Key) is not { } field) return null;
        if (field.Section((Shape.Map)Key.Shape, "a map with 'type'") is not { } section) return null;
        var type = section.Require(Type, Types.Accepts, field.Key) is { } written ? Types.Read(written) : null;
        var probe = type is null ? null : ProbeReader.Read(section, type, section.Find(Type), field.Key, probed);
        var initial = section.Duration(InitialDelay) ?? TimeSpan.Zero;
        var period = section.Duration(Period) ?? LivenessSpec.DefaultPeriod;
        var timeout = section.Duration(Timeout) ?? LivenessSpec.DefaultTimeout;
        var threshold = section.Integer(Threshold) ?? LivenessSpec.DefaultThreshold;
        section.RejectUnknown();
        return probe is null ? null : new LivenessSpec(probe, initial, period, timeout, threshold);
    }
}
