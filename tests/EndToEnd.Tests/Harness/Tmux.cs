using System.Globalization;

namespace EndToEnd.Tests.Harness;

/// <summary>A terminal of tmux(1) with a shell in it: keys go in, and the test reads its screen.</summary>
internal sealed class Tmux : IAsyncDisposable
{
    private readonly string _program;
    private readonly string _socket;

    private Tmux(string program, string socket) => (_program, _socket) = (program, socket);

    /// <param name="socket">Path of the socket of a server for this terminal alone.</param>
    /// <param name="environment">Variables of the shell, in addition to those of <see cref="Command.Start"/>.</param>
    public static async Task<Tmux> StartAsync(
        string socket, int columns, int rows, IReadOnlyDictionary<string, string>? environment = null)
    {
        var tmux = new Tmux(Programs.Require("tmux", "tmux"), socket);
        await tmux.RunAsync(
            environment, "-u", "-f", "/dev/null", "new-session", "-d", "-x", Text(columns), "-y", Text(rows), "exec sh");
        try
        {
            await tmux.WaitAsync(lines => lines[0].Length > 0, "the shell's prompt");
            return tmux;
        }
        catch
        {
            await tmux.DisposeAsync();
            throw;
        }
    }

    /// <summary>Types a line, with its end.</summary>
    public async Task TypeAsync(string line)
    {
        await RunAsync(null, "send-keys", "-l", line);
        await KeysAsync("Enter");
    }

    /// <param name="keys">By the names that tmux gives them: <c>q</c>, <c>Down</c>, <c>C-z</c>, <c>Escape</c>.</param>
    public async Task KeysAsync(params string[] keys) => await RunAsync(null, ["send-keys", .. keys]);

    public async Task<string[]> LinesAsync() => (await RunAsync(null, "capture-pane", "-p")).Split('\n')[..^1];

    /// <summary>The screen with its colours as control sequences.</summary>
    public Task<string> StyledAsync() => RunAsync(null, "capture-pane", "-p", "-e");

    public Task ResizeAsync(int columns, int rows) =>
        RunAsync(null, "resize-window", "-x", Text(columns), "-y", Text(rows));

    /// <summary>True if a program shows the alternate screen.</summary>
    public async Task<bool> IsAlternateAsync() => await AskAsync("#{alternate_on}") == "1";

    /// <summary>The process that the shell runs.</summary>
    public async Task<int> PidAsync() => (await ChildrenAsync()).Single();

    /// <summary>The processes that the shell runs.</summary>
    public async Task<int[]> ChildrenAsync() =>
        Processes.ChildrenOf(int.Parse(await AskAsync("#{pane_pid}"), CultureInfo.InvariantCulture));

    public Task WaitAsync(Func<string[], bool> holds, string what) => Deadline.UntilAsync(
        async () => holds(await LinesAsync()), what);

    /// <summary>Waits for a line that contains all these texts.</summary>
    public Task LineAsync(params string[] texts) => WaitAsync(
        lines => lines.Any(line => texts.All(text => line.Contains(text, StringComparison.Ordinal))),
        $"a line with '{string.Join("' and '", texts)}'");

    public async ValueTask DisposeAsync() => await Command.RunAsync(_program, ["-S", _socket, "kill-server"]);

    private async Task<string> AskAsync(string format) => (await RunAsync(null, "display-message", "-p", format)).Trim();

    private async Task<string> RunAsync(IReadOnlyDictionary<string, string>? environment, params string[] words)
    {
        var run = await Command.RunAsync(_program, ["-S", _socket, .. words], environment);
        Assert.Equal((0, ""), (run.Code, run.Error));
        return run.Out;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
