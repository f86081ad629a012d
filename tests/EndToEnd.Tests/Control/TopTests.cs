using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

/// <summary><c>reuseportctl top</c> in a terminal, and in a pipe.</summary>
public sealed class TopTests : DaemonTest
{
    private const int Interrupt = 2;
    private const int Quit = 3;
    private const int Stop = 20; // SIGTSTP

    [Fact]
    public async Task Keys_AtATerminal_SortFilterAndShowDetails()
    {
        await StartAsync();
        await using var screen = await TopAsync();
        Assert.True(await screen.IsAlternateAsync());
        await screen.KeysAsync("p");
        await screen.LineAsync("WORKER ", "PID-");
        var pids = (await screen.LinesAsync())[3..7].Select(line => int.Parse(Word(line, 2), CultureInfo.InvariantCulture));
        Assert.Equal(pids.OrderDescending(), pids);
        await screen.KeysAsync("n", "/", "t", "a", "l", "Enter");
        await screen.LineAsync("1-1 of 1", "filter: tal");
        await screen.KeysAsync("Enter");
        // Control characters of a worker are escaped.
        await screen.LineAsync(@"the last line\x1b[2J");
        await screen.LineAsync("pid ", "restarts 0");
        await screen.KeysAsync("Escape", "Escape", "?");
        await screen.LineAsync("Ctrl-L");
        await screen.KeysAsync("Escape", "g", "g");
        await screen.LineAsync("web ", "3/3");
    }

    [Fact]
    public async Task Screen_WorkerIsKilled_ShowsItsRestartAndEvents()
    {
        await StartAsync();
        await using var screen = await TopAsync();
        await screen.KeysAsync("e");
        await screen.LineAsync("EVENTS");
        var pid = Daemon.PidOf("web@1");
        Processes.Signal(pid, Processes.Kill);
        await Daemon.EventAsync("ready", "web@1", after: await Daemon.EventAsync("exit", "web@1"));
        await screen.WaitAsync(
            lines => lines.Any(line => Word(line, 0) == "web@1" && Word(line, 1) == "ready" && Word(line, 4) == "1"),
            "the row of web@1 has its restart");
        await screen.LineAsync("exit", "web@1");
    }

    [Theory]
    [InlineData("q")]
    [InlineData("C-c")]
    public async Task Screen_KeyOfTheEnd_RestoresTheTerminal(string key)
    {
        await StartAsync();
        await using var screen = await TopAsync();
        await screen.KeysAsync(key);
        await AssertRestoredAsync(screen, 0);
    }

    [Theory]
    [InlineData(Processes.Terminate, 143)]
    [InlineData(Interrupt, 0)]
    [InlineData(Processes.Hangup, 129)]
    [InlineData(Quit, 131)]
    public async Task Screen_Signal_RestoresTheTerminal(int signal, int code)
    {
        await StartAsync();
        await using var screen = await TopAsync();
        Processes.Signal(await screen.PidAsync(), signal);
        await AssertRestoredAsync(screen, code);
    }

    [Fact]
    public async Task Screen_Suspended_GoesOnInTheForeground()
    {
        await StartAsync();
        await using var screen = await TopAsync();
        await screen.KeysAsync("Down", "C-z");
        await Deadline.UntilAsync(async () => !await screen.IsAlternateAsync(), "the screen is left");
        await screen.LineAsync("Stopped");
        await screen.TypeAsync("fg");
        await screen.LineAsync("WORKER+");
        await screen.KeysAsync("q");
        // The shell goes on to the next command when the client is stopped.
        await AssertRestoredAsync(screen, 128 + Stop);
    }

    [Fact]
    public async Task Screen_OtherSize_IsFilled()
    {
        await StartAsync();
        await using var screen = await TopAsync();
        foreach (var (columns, rows) in new[] { (120, 40), (60, 10), (80, 24) })
        {
            await screen.ResizeAsync(columns, rows);
            await screen.WaitAsync(
                lines => lines.Length == rows && lines[2].StartsWith("WORKER+", StringComparison.Ordinal)
                         && lines[^1].Contains("1-4 of 4", StringComparison.Ordinal),
                $"the screen fills {columns} x {rows}");
        }
    }

    [Fact]
    public async Task Screen_DaemonGoesAndComes_WaitsForIt()
    {
        await StartAsync();
        await using var screen = await TopAsync();
        await Daemon.DieAsync();
        await screen.LineAsync($"no daemon at {Daemon.ControlSocket}, waiting");
        await screen.LineAsync("web@2");
        await StartAsync();
        await screen.WaitAsync(
            lines => !lines[1].Contains("waiting", StringComparison.Ordinal)
                     && lines.Any(line => Word(line, 0) == "web@2" && Word(line, 2) == $"{Daemon.PidOf("web@2")}"),
            "the workers of the next daemon");
    }

    [Fact]
    public async Task Screen_DaemonIsReplaced_GoesOn()
    {
        Daemon.Folder.Write("etc/reuseportd.yaml", "keep_workers: true\n");
        await StartAsync();
        await using var screen = await TopAsync("e");
        await screen.LineAsync("ready", "web@2");
        Assert.Equal(0, (await Daemon.ControlAsync("reexec")).Code);
        await screen.LineAsync("adopted 4 of 4 workers");
        Assert.Equal(0, (await Daemon.ControlAsync("restart", "web@0")).Code);
        await screen.WaitAsync(
            lines => lines.Any(line => Word(line, 0) == "web@0" && Word(line, 2) == $"{Daemon.PidOf("web@0")}"),
            "the new process of web@0");
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("NO_COLOR=1", false)]
    [InlineData("TERM=vt100", false)]
    public async Task Screen_Colours_AreUsedOnlyIfTheTerminalHasThem(string variable, bool used)
    {
        await StartAsync();
        await using var screen = await TopAsync(before: $"env {variable}");
        Assert.Equal(used, (await screen.StyledAsync()).Contains("\e[32mready", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Top_DumbTerminal_PrintsOneTable()
    {
        await StartAsync();
        await using var screen = await Tmux.StartAsync(Daemon.Folder["tmux"], 100, 24);
        await screen.TypeAsync($"TERM=dumb {Artifacts.Control} top --socket {Daemon.ControlSocket}; echo code:$?");
        await screen.LineAsync("code:0");
        await screen.LineAsync("web@2", "ready");
        Assert.False(await screen.IsAlternateAsync());
    }

    [Fact]
    public async Task Top_Pipe_PrintsTables()
    {
        await StartAsync();
        var one = await Daemon.ControlAsync("top");
        Assert.Equal((0, ""), (one.Code, one.Error));
        Assert.Equal(
            ["WORKER", "talks@0", "web@0", "web@1", "web@2"],
            one.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => Word(line, 0)));
        Assert.EndsWith($" {Port}\n", one.Out, StringComparison.Ordinal);
        var two = await Daemon.ControlAsync("top", "-n", "2", "-i", "100ms", "--sort", "pid", "web");
        Assert.Equal(0, two.Code);
        Assert.Equal(2, two.Out.Split("\n\n").Count(table => table.Split('\n').Length is 4 or 5));
    }

    private static string Word(string line, int number) =>
        line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is var words && words.Length > number ? words[number] : "";

    /// <summary>The shell's screen is back, with the settings of the terminal from before.</summary>
    private async Task AssertRestoredAsync(Tmux screen, int code)
    {
        await Deadline.UntilAsync(async () => !await screen.IsAlternateAsync(), "the screen is left");
        await screen.LineAsync($"code:{code}");
        // Until its end, the client reads the keys.
        await Deadline.UntilAsync(async () => (await screen.ChildrenAsync()).Length == 0, "the client has ended");
        await screen.TypeAsync($"stty -g > {Daemon.Folder["after"]}; echo done");
        await screen.WaitAsync(lines => lines.Contains("done"), "the shell goes on");
        Assert.Equal(await File.ReadAllTextAsync(Daemon.Folder["before"]), await File.ReadAllTextAsync(Daemon.Folder["after"]));
        Assert.Contains(await screen.LinesAsync(), line => line.Contains("reuseportctl top", StringComparison.Ordinal));
    }

    /// <summary>Runs the client in a shell, and waits for its table.</summary>
    private async Task<Tmux> TopAsync(string? key = null, string before = "")
    {
        var screen = await Tmux.StartAsync(Daemon.Folder["tmux"], 110, 24, new Dictionary<string, string>
        {
            ["PATH"] = $"{Path.GetDirectoryName(Artifacts.Control)}:{Programs.SearchPath}",
            ["REUSEPORTD_SOCKET"] = Daemon.ControlSocket,
        });
        try
        {
            await screen.TypeAsync($"stty -g > {Daemon.Folder["before"]}; {before} reuseportctl top -i 200ms; echo code:$?");
            await screen.LineAsync("WORKER+", "RESTARTS");
            await screen.LineAsync("1-4 of 4");
            if (key is not null) await screen.KeysAsync(key);
            return screen;
        }
        catch
        {
            await screen.DisposeAsync();
            throw;
        }
    }

    private async Task StartAsync()
    {
        const string says = @"echo first; printf 'the last line\033[2J\n'; exec sleep 1000";
        Daemon.Configure($$"""
            services:
              talks:
                command: [sh, -c, "{{says.Replace(@"\", @"\\", StringComparison.Ordinal)}}"]
                reuseport: { ports: any, address: {{Daemon.Site.AddressOf(2)}} }
                readiness: { type: delay, delay: 0s }
              web:
                command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
                workers: 3
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();
        await Daemon.LineAsync("the last line", "talks@0");
    }
}
