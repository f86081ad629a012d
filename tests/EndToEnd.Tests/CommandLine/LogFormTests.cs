using System.Diagnostics;
using Reuseportd.EndToEnd.Tests.Harness;

namespace Reuseportd.EndToEnd.Tests.CommandLine;

/// <summary>The forms of the log other than json, which all the other tests read.</summary>
public sealed class LogFormTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Console_IsForPeople()
    {
        var lines = await RunAsync("--log", "console");

        Assert.Contains(lines, line => line.EndsWith("job@0: exited with code 0 after 0 ms", StringComparison.Ordinal) || line.Contains("job@0: exited with code 0", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("hello", StringComparison.Ordinal) && line.Contains("job@0", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.DoesNotContain('\e', line));
    }

    [Fact]
    public async Task Auto_IsJsonWhereNobodyLooksOn() => Assert.All(await RunAsync(), line => Assert.StartsWith("{", line, StringComparison.Ordinal));

    [Fact]
    public async Task LevelWarning_LeavesOutWhatWentWell()
    {
        var lines = await RunAsync("--log-level", "warning", "--log", "console");

        Assert.Contains("hello", Assert.Single(lines), StringComparison.Ordinal);
    }

    /// <summary>Everything that the daemon wrote to stdout from a start to the end of the start.</summary>
    private async Task<string[]> RunAsync(params string[] arguments)
    {
        var file = _folder.Write("all.yaml", "services:\n  job: { command: echo hello, restart: no, reuseport: { ports: any } }\n");
        using var process = Process.Start(Command.Start(Artifacts.Daemon, ["--config", file, "--socket", _folder["control.sock"], .. arguments]))!;
        try
        {
            process.StandardInput.Close();
            List<string> lines = [];
            while (!lines.Exists(line => line.Contains("hello", StringComparison.Ordinal)) || !await HasEndedAsync())
            {
                if (await process.StandardOutput.ReadLineAsync().WaitAsync(Deadline.Patience) is not { } line) break;
                lines.Add(line);
                if (lines.Exists(seen => seen.Contains("hello", StringComparison.Ordinal)) && await HasEndedAsync()) break;
            }

            Processes.Signal(process.Id, Processes.Terminate);
            lines.AddRange((await process.StandardOutput.ReadToEndAsync().WaitAsync(Deadline.Patience)).Split('\n', StringSplitOptions.RemoveEmptyEntries));
            return [.. lines];
        }
        finally
        {
            process.Kill();
        }
    }

    private async Task<bool> HasEndedAsync() =>
        (await Command.RunAsync(Artifacts.Control, ["--socket", _folder["control.sock"], "status"])).Out.Contains("stopped", StringComparison.Ordinal);
}
