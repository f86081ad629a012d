using System.Diagnostics;

namespace EndToEnd.Tests.Harness;

/// <summary>A program that was run to its end.</summary>
internal sealed record Command(int Code, string Out, string Error)
{
    /// <summary>The environment has the given variables only, and none of the test's own.</summary>
    public static ProcessStartInfo Start(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        start.Environment["PATH"] = Programs.SearchPath;
        start.Environment["HOME"] = "/tmp";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return start;
    }

    /// <param name="patience">In place of <see cref="Deadline.Patience"/>.</param>
    public static async Task<Command> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        TimeSpan? patience = null)
    {
        using var process = Process.Start(Start(program, arguments, environment))!;
        process.StandardInput.Close();
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        try
        {
            var texts = await output.WaitAsync(patience ?? Deadline.Patience);
            await process.WaitForExitAsync().WaitAsync(patience ?? Deadline.Patience);
            return new Command(process.ExitCode, texts[0], texts[1]);
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw;
        }
    }
}
