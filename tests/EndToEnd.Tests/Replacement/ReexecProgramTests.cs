using System.Globalization;
using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Methods;

namespace EndToEnd.Tests.Replacement;

/// <summary>The program that replaces the daemon, and programs that the daemon runs at that moment.</summary>
public sealed class ReexecProgramTests : MethodTest
{
    private const string Refuses = "#!/bin/sh\nexit 1\n";

    public ReexecProgramTests() => Daemon.Folder.Write("etc/reuseportd.yaml", "keep_workers: true\n");

    /// <summary>The path of the start counts, and not the place where the running program is now.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reexec_ProgramWasMovedOrItsLinkChanged_TheNewProgramIsTaken(bool isLink)
    {
        var own = await Daemon.Folder.CopyAsync(Artifacts.Daemon, "own");
        var other = Daemon.Folder.Write("other", Refuses, "755");
        Daemon.Binary = Daemon.Folder["reuseportd"];
        Put(own);
        Copies.Configure(Daemon);
        await Daemon.StartAsync("--preload", Artifacts.Library);
        Remove(own);
        Put(other);
        var refused = await Daemon.ControlAsync("reexec");
        Assert.Equal(1, refused.Code);
        Facts.AssertIn(refused.Error, Daemon.Binary);

        Remove(other);
        Put(own);
        await ReexecAsync();
        await Daemon.StopAsync();

        void Put(string program)
        {
            if (isLink) File.CreateSymbolicLink(Daemon.Binary, program);
            else File.Move(program, Daemon.Binary);
        }

        void Remove(string program)
        {
            if (isLink) File.Delete(Daemon.Binary);
            else File.Move(Daemon.Binary, program);
        }
    }

    /// <summary>The next program has 10 s for its check. The daemon ends it then, and goes on.</summary>
    [Fact]
    public async Task Reexec_CheckTakesTooLong_IsRefused()
    {
        const string started = "checks";
        var own = await StartAsync();
        Daemon.Folder.Write("reuseportd", $"""
            #!/bin/sh
            echo $$ >"{Daemon.Folder[started]}"
            exec sleep infinity
            """, "755");
        var before = Copies.Pids(Daemon, "web");

        var refused = await Daemon.ControlAsync("reexec");

        Assert.Equal(1, refused.Code);
        Facts.AssertIn(refused.Error, Daemon.Binary, "in time");
        var check = int.Parse(await File.ReadAllTextAsync(Daemon.Folder[started]), CultureInfo.InvariantCulture);
        await Deadline.UntilAsync(() => !Directory.Exists($"/proc/{check}"), "the program has ended");
        Assert.Equal(before, Copies.Pids(Daemon, "web"));

        File.Move(own, Daemon.Binary, overwrite: true);
        await ReexecAsync();
        Assert.Equal(before, Copies.Pids(Daemon, "web"));
        await Daemon.StopAsync();
    }

    /// <summary>A state cannot be taken while such a program runs, so the daemon holds the next ones back.</summary>
    [Fact]
    public async Task Reexec_ProgramsOfProbesRunAllTheTime_Succeeds()
    {
        Configure(
            Command("hello"), "method: auto",
            more: "{ liveness: { type: exec, command: [sleep, 0.2s], period: 1ms, timeout: 10s } }");
        await Daemon.StartAsync();
        var before = Copies.Pids(Daemon, "web");
        await Deadline.UntilAsync(() => Children("sleep").Length == Copies.Count, "each worker has a probe");
        await ReexecAsync();
        Assert.Equal(before, Copies.Pids(Daemon, "web"));
        await Deadline.UntilAsync(() => Children("sleep").Length == Copies.Count, "each worker has a probe again");
        Assert.Empty(Daemon.Events("probe_failed"));
        await Daemon.StopAsync();

        int[] Children(string name) =>
            [.. Processes.ChildrenOf(Daemon.Pid).Where(pid => Processes.Status(pid, "Name") == name)];
    }

    /// <summary>A stop signal that comes between the check of the state and the execve(2) is for the next program.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(50)]
    public async Task Reexec_StopSignalAfterTheCheck_StopsTheDaemon(int milliseconds)
    {
        await StartAsync("TERM", milliseconds);
        var reexec = Daemon.ControlAsync("reexec");

        Assert.Equal(0, await Daemon.ExitAsync());
        await Daemon.EventAsync("stopped");
        await reexec;
    }

    /// <summary>A reload that comes during the hand-over, or has not ended before it, is done by the next program.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(20)]
    public async Task Reexec_ReloadAfterTheCheck_IsDone(int milliseconds)
    {
        await StartAsync("HUP", milliseconds);
        await ReexecAsync();

        await Daemon.EventAsync("reload");
        await Daemon.StopAsync();
    }

    /// <summary>As for the background jobs of a script, and under nohup(1).</summary>
    [Fact]
    public async Task Reexec_IgnoredSignals_StayIgnored()
    {
        Daemon.Wrapper = ["env", "--ignore-signal=INT", "--ignore-signal=HUP"];
        Copies.Configure(Daemon);
        await Daemon.StartAsync();
        await ReexecAsync();

        var ignored = Convert.ToUInt64(Processes.Status(Daemon.Pid, "SigIgn"), 16);
        const int hangup = 1, interrupt = 2;
        foreach (var signal in (int[])[hangup, interrupt]) Assert.NotEqual(0ul, ignored & (1ul << (signal - 1)));
        await Daemon.StopAsync();
    }

    /// <summary>Starts a daemon whose binary is then moved, so that a test can put another program in its place.</summary>
    /// <returns>The new path of the binary.</returns>
    private async Task<string> StartAsync()
    {
        var own = Daemon.Folder["own"];
        Daemon.Binary = await Daemon.Folder.CopyAsync(Artifacts.Daemon, "reuseportd");
        Copies.Configure(Daemon);
        await Daemon.StartAsync("--preload", Artifacts.Library);
        File.Move(Daemon.Binary, own);
        return own;
    }

    /// <summary>Starts a daemon that gets a signal some time after its next check of the state.</summary>
    private async Task StartAsync(string signal, int milliseconds)
    {
        var own = await StartAsync();
        Daemon.Folder.Write("reuseportd", $"""
            #!/bin/sh
            case "$*" in
            *--check-state*) "{own}" "$@"; (sleep 0.{milliseconds:D3}; kill -{signal} $PPID) >&- & ;;
            *) exec "{own}" "$@" ;;
            esac
            """, "755");
    }

    private async Task ReexecAsync()
    {
        var reexec = await Daemon.ControlAsync("reexec");
        Assert.Equal((0, ""), (reexec.Code, reexec.Error));
        await Daemon.EventAsync("started", after: await Daemon.EventAsync("adopted"));
    }
}
