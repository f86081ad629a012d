using static System.StringComparison;

namespace Preload.Tests;

/// <summary>
/// Runs the program <c>probe</c> under the library. Its arguments are a script, described at the head of probes/probe.c.
/// </summary>
internal static class Probe
{
    /// <param name="environment"><c>NAME=value</c> words, with blanks between.</param>
    /// <param name="script">Commands with blanks between.</param>
    public static ProbeRun Run(string environment, string script) =>
        Run(Parse(environment), script.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    /// <summary>The same with lines for every outcome.</summary>
    public static ProbeRun RunDebug(string environment, string script) => Run("LIBREUSEPORT_DEBUG=1 " + environment, script);

    public static ProbeRun Run(Dictionary<string, string> environment, params string[] script) =>
        RunProgram(Artifacts.Probe("probe"), environment, script);

    public static ProbeRun RunProgram(string program, Dictionary<string, string> environment, params string[] arguments)
    {
        environment = new(environment);
        environment.TryAdd("LD_PRELOAD", Artifacts.Library);
        return new ProbeRun(Command.Run(program, arguments, environment, ""));
    }

    public static Dictionary<string, string> Parse(string environment) =>
        environment.Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(word => word.Split('=', 2))
            .ToDictionary(pair => pair[0], pair => pair[1]);
}

/// <summary>The output of a probe, and the lines of the library on its stderr.</summary>
internal sealed class ProbeRun
{
    public ProbeRun(Command command)
    {
        ExitCode = command.ExitCode;
        Output = command.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Lines = command.Errors.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Errors = command.Errors;
    }

    public int ExitCode { get; }

    /// <summary>Answers of the probe, <c>name=value</c> each.</summary>
    public string[] Output { get; }

    /// <summary>Lines on stderr.</summary>
    public string[] Lines { get; }

    public string Errors { get; }

    public IEnumerable<string> LinesOf(string kind) => Lines.Where(line => line.StartsWith($"libreuseport:{kind}:", Ordinal));

    /// <summary>The probe came to its end and printed just these answers.</summary>
    public ProbeRun Answers(params string[] expected)
    {
        Assert.Equal(expected, Output);
        Assert.Equal(0, ExitCode);
        return this;
    }

    public ProbeRun Silent()
    {
        Assert.Equal("", Errors);
        return this;
    }
}
