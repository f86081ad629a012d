using System.Globalization;
using Reuseportd.Model;

namespace Linux.Tests.Methods;

/// <summary>A program, and the settings that it runs under.</summary>
/// <param name="Environment">The settings as variables of the preload library: <c>NAME=value</c>, with blanks between.</param>
/// <param name="Script">Commands of tests/Preload.Tests/probes/probe.c, with blanks between.</param>
internal sealed record ProbeCase(string Environment, string Script)
{
    /// <summary>Whether the program runs without privileges.</summary>
    public bool IsOrdinaryUser { get; init; }

    /// <summary>Answers under the BPF programs, if they differ from those under the library: docs/decisions/40.</summary>
    public string? KernelAnswers { get; init; }

    /// <summary>Makes the outcomes of the BPF programs from those of the library: see docs/decisions/40.</summary>
    public Func<IEnumerable<BindOutcome>, IEnumerable<BindOutcome>>? KernelTells { get; init; }

    public string[] Variables => Words(Environment);

    public string[] Commands => Words(Script);

    public ReuseportSpec Spec()
    {
        var values = Variables.Select(word => word.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        return new ReuseportSpec(
            new PortFilter([.. List("LIBREUSEPORT_PORT").Where(port => port != "0").Select(Range)]),
            [.. List("LIBREUSEPORT_ADDR")],
            values.GetValueOrDefault("SO_BINDTODEVICE") is { Length: > 0 } device ? device : null,
            Option("SO_REUSEPORT", OptionSetting.Set),
            Option("SO_REUSEADDR", OptionSetting.System),
            Number("LIBREUSEPORT_BACKLOG"),
            Debug: true,
            Balance.Default);

        string[] List(string name) =>
            values.GetValueOrDefault(name, "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        int? Number(string name) =>
            values.GetValueOrDefault(name) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : null;
        OptionSetting Option(string name, OptionSetting usual) => Number(name) is { } number ? (OptionSetting)number : usual;
    }

    public override string ToString() => $"{Environment} | {Script}";

    private static PortRange Range(string text)
    {
        var ends = text.Split('-').Select(end => int.Parse(end, CultureInfo.InvariantCulture)).ToArray();
        return new PortRange(ends[0], ends[^1]);
    }

    private static string[] Words(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
