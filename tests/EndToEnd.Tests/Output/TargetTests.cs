using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Output;

/// <summary>The places other than the log where a worker's output may go.</summary>
public sealed class TargetTests : DaemonTest
{
    [Fact]
    public async Task File_IsAppendedTo()
    {
        var file = Daemon.Folder.Write("out.log", "before\n");
        await RunAsync($"stdout: 'file:{file}'");

        Assert.Equal("before\nout\n", await File.ReadAllTextAsync(file));
        Assert.Equal(["err"], Lines());
    }

    [Fact]
    public async Task Null_IsGone()
    {
        await RunAsync("stderr: \"null\"");

        Assert.Equal(["out"], Lines());
    }

    [Fact]
    public async Task Inherit_IsTheDaemonsOwnStream()
    {
        await RunAsync("stderr: inherit");

        Assert.Equal(["out"], Lines());
        await Deadline.UntilAsync(() => Daemon.Errors.Split('\n').Contains("err"), "the worker's line on the daemon's stderr");
    }

    /// <summary>Where stderr goes elsewhere, the library's lines go with it: the kernel is asked.</summary>
    [Fact]
    public async Task StderrToAFile_BecomesReadyAllTheSame()
    {
        var file = Daemon.Folder["err.log"];
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
                workers: 2
                stderr: "file:{{file}}"
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();

        Assert.Equal(2, Daemon.Events("ready").Length);
        Assert.Equal(2, File.ReadLines(file).Count(line => line.StartsWith("libreuseport:listen:", StringComparison.Ordinal)));
    }

    /// <summary>A program may close stderr, or put its own log there, before it binds.</summary>
    [Fact]
    public async Task StderrClosedByTheProgram_BecomesReadyAllTheSame()
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
