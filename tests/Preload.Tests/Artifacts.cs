namespace Preload.Tests;

/// <summary>The library and the probe programs, built once for a run of the tests.</summary>
internal static class Artifacts
{
    private static readonly Lazy<string> Built = new(() => Make("all"));

    private static readonly Lazy<string?> BuiltForMusl = new(() => OnPath("musl-gcc") ? Make("musl", "MUSL=musl-gcc") : null);

    public static string Library => Path.Combine(Built.Value, "lib", "libreuseport.so");

    /// <summary>Null without a compiler for musl.</summary>
    public static string? MuslFolder => BuiltForMusl.Value is { } folder ? Path.Combine(folder, "musl") : null;

    public static string Probe(string name) => Path.Combine(Built.Value, name);

    public static bool OnPath(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, program)));

    /// <summary>Runs a program to its end and returns its stdout.</summary>
    public static string Output(string program, params string[] arguments)
    {
        var run = Command.Run(program, arguments, [], "");
        Assert.True(run.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {run.Output}{run.Errors}");
        return run.Output;
    }

    private static string Make(params string[] arguments)
    {
        var probes = Checkout.At("tests/Preload.Tests/probes");
        Output("make", ["-s", "-C", probes, .. arguments]);
        return Path.Combine(probes, "out");
    }
}
