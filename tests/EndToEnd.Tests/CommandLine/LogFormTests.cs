using System.Diagnostics;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.CommandLine;

/// <summary>The forms of the log other than json, which all the other tests read.</summary>
public sealed class LogFormTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Log_Console_HasReadableLines()
    {
        var lines = await RunAsync("--log", "console");

        Assert.Contains(lines, line => Regex.IsMatch(line, @"\bjob@0\b.*\bcode 0\b"));
        Assert.Contains(
            lines, line => line.Contains("hello", StringComparison.Ordinal) && line.Contains("job@0", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.DoesNotContain('\e', line));
    }

    [Fact]
    public async Task Auto_NoTerminal_IsJson() =>
        Assert.All(await RunAsync(), line => Assert.StartsWith("{", line, StringComparison.Ordinal));

    [Fact]
    public async Task Journal_MissingSocket_Fails()
    {
        const string journal = "/run/systemd/journal/socket";
        Assert.SkipWhen(File.Exists(journal), "there is a journal here");
        var file = _folder.Write("all.yaml", "{}\n");
        var start = await Command.RunAsync(
            Artifacts.Daemon, ["--config", file, "--socket", _folder["control.sock"], "--log", "journal"]);

        Assert.Equal((78, ""), (start.Code, start.Out));
        Facts.AssertIn(start.Error, $"{journal}: ENOENT\n");
        Assert.False(File.Exists(_folder["control.sock"]));
    }

    [Fact]
    public async Task Level_Warning_OmitsInformation()
    {
        var lines = await RunAsync("--log-level", "warning", "--log", "console");

        Assert.Contains("hello", Assert.Single(lines), StringComparison.Ordinal);
    }

    /// <summary>The stdout of a daemon with one job, which prints "hello" and ends.</summary>
    private async Task<string[]> RunAsync(params string[] arguments)
    {
        var file = _folder.Write(
            "all.yaml", "services:\n  job: { command: echo hello, restart: no, reuseport: { ports: any } }\n");
        using var process = Process.Start(
            Command.Start(Artifacts.Daemon, ["--config", file, "--socket", _folder["control.sock"], .. arguments]))!;
        try
        {
            process.StandardInput.Close();
            List<string> lines = [];
            do
            {
                var line = await process.StandardOutput.ReadLineAsync().WaitAsync(Deadline.Patience);
                lines.Add(line ?? throw new InvalidOperationException("no more lines"));
            }
            while (!lines[^1].Contains("hello", StringComparison.Ordinal));

            await Deadline.UntilAsync(HasEndedAsync, "the job has ended");
            Processes.Signal(process.Id, Processes.Terminate);
            lines.AddRange(
                (await process.StandardOutput.ReadToEndAsync().WaitAsync(Deadline.Patience))
                    .Split('\n', StringSplitOptions.RemoveEmptyEntries));
            return [.. lines];
        }
        finally
        {
            process.Kill();
        }
    }

    private async Task<bool> HasEndedAsync() =>
        (await Command.RunAsync(Artifacts.Control, ["--socket", _folder["control.sock"], "status"])).Out.Contains(
            "stopped", StringComparison.Ordinal);
}
