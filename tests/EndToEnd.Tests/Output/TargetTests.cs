using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Output;

/// <summary>Targets of a worker's output other than the log.</summary>
public sealed class TargetTests : DaemonTest
{
    [Fact]
    public async Task Output_ExistingFile_IsAppendedTo()
    {
        var file = Daemon.Folder.Write("out.log", "before\n");
        await RunAsync($"stdout: 'file:{file}'");

        Assert.Equal("before\nout\n", await File.ReadAllTextAsync(file));
        Assert.Equal(["err"], Lines());
    }

    [Fact]
    public async Task Output_BothStreamsInOneFile_HasWholeLines()
    {
        var file = Daemon.Folder["both.log"];
        await RunAsync($"stdout: 'file:{file}'\n    stderr: 'file:{file}'");

        Assert.Equal(["err", "out"], (await File.ReadAllLinesAsync(file)).Order());
        Assert.Empty(Lines());
    }

    [Fact]
    public async Task Start_Stdin_IsDevNull()
    {
        Daemon.Configure("""
            services:
              job:
                command: [sh, -c, "readlink /proc/self/fd/0; cat"]
                restart: no
                reuseport: { ports: any, debug: false }
            """);
        await Daemon.StartAsync();
        await Daemon.StopAsync();

        Assert.Equal(["/dev/null"], Lines());
    }

    [Fact]
    public async Task Null_Output_IsDiscarded()
    {
        await RunAsync("stderr: \"null\"");

        Assert.Equal(["out"], Lines());
    }

    [Fact]
    public async Task Output_InheritedStdout_IsTheStreamOfTheDaemon()
    {
        Daemon.Log.Foreign.Add("out");
        await RunAsync("stdout: inherit");

        Assert.Empty(Daemon.Log.Foreign);
        Assert.Equal(["err"], Lines());
    }

    [Fact]
    public async Task Output_Inherit_IsTheStreamOfTheDaemon()
    {
        await RunAsync("stderr: inherit");

        Assert.Equal(["out"], Lines());
        await Deadline.UntilAsync(() => Daemon.Errors.Split('\n').Contains("err"), "the worker's line on the daemon's stderr");
    }

    /// <summary>The library's lines are events for any target of the worker's own lines.</summary>
    [Fact]
    public async Task Output_StderrToAFile_OutcomesAreEvents()
    {
        var file = Daemon.Folder["err.log"];
        Daemon.Configure($$"""
            services:
              web:
                command: [sh, -c, "echo own >&2; exec {{Checkout.Worker("binds")}} tcp4,{{Address}},{{Port}}"]
                workers: 2
                stderr: "file:{{file}}"
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();

        Assert.Equal(2, Daemon.Events("ready").Length);
        // A worker may be ready a moment before the log has the outcome.
        foreach (var worker in (string[])["web@0", "web@1"]) await Daemon.EventAsync("listen", worker);
        await Daemon.StopAsync();
        Assert.Equal("own\nown\n", await File.ReadAllTextAsync(file));
    }

    /// <summary>A program may close stderr, or put its own log there, before it binds.</summary>
    [Fact]
    public async Task Readiness_ProgramClosesStderr_IsReady()
    {
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("closes-stderr")}}, "{{Port}}"]
                workers: 2
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();

        Assert.Equal(2, Daemon.Events("ready").Length);
    }

    private string[] Lines() => [.. Daemon.Log.Records.Where(record => record.IsLine).Select(record => record.Message)];

    private async Task RunAsync(string target)
    {
        Daemon.Configure($$"""
            services:
              job:
                command: [sh, -c, "echo out; echo err >&2"]
                restart: no
                {{target}}
                reuseport: { ports: any, debug: false }
            """);
        await Daemon.StartAsync();
        await Daemon.StopAsync();
    }
}
