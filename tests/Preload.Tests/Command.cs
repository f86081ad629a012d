using System.Diagnostics;

namespace Preload.Tests;

/// <summary>Exit code of a program (128 and the number of the signal that killed it) and its output.</summary>
internal sealed record Command(int ExitCode, string Output, string Errors)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    /// <summary>
    /// Runs a program with this environment added to that of the tests, without their variables of the library.
    /// </summary>
    public static Command Run(string program, IEnumerable<string> arguments, Dictionary<string, string> environment, string input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var name in start.Environment.Keys.Where(IsOfTheLibrary).ToList()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        if (!process.WaitForExit(Deadline))
        {
            process.Kill();
            Assert.Fail($"{program} did not end in {Deadline}");
        }

        return new Command(process.ExitCode, output.Result, errors.Result);
    }

    private static bool IsOfTheLibrary(string name) =>
        name == "LD_PRELOAD"
        || name.StartsWith("LIBREUSEPORT_", StringComparison.Ordinal)
        || name.StartsWith("SO_", StringComparison.Ordinal);
}
