using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Output;

/// <summary>A program can log text of its clients. Such text must not count as a line of the library.</summary>
public sealed class ForgeryTests : DaemonTest
{
    private const string Socket = "fd=3 inode=1 family=inet type=stream addr=10.9.8.7 port=22 matched=1";

    [Theory]
    [InlineData("stderr", "", "listen", "pid=1", "backlog=5 result=ok")]
    [InlineData("stderr", "asked for ", "listen", "pid=$$", "backlog=5 result=ok")]
    [InlineData("stderr", "asked for ", "bind", "pid=$$", "reuseport=1 reuseaddr=-1 device=- result=EADDRINUSE")]
    [InlineData("stdout", "", "bind", "pid=$$", "reuseport=1 reuseaddr=-1 device=- result=EADDRINUSE")]
    public async Task ForgedLine_OfAnotherProcess_IsNoOutcome(string stream, string before, string call, string pid, string after)
    {
        var to = stream == "stderr" ? ">&2" : "";
        Daemon.Configure($$"""
            services:
              web:
                command: [sh, -c, "echo '{{before}}libreuseport:{{call}}:'{{pid}} {{Socket}} {{after}} {{to}}; exec sleep 1000"]
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();

        var line = await Daemon.LineAsync($"{before}libreuseport:{call}:pid=", "web@0");
        Assert.Equal(stream, line.Stream);
        await Daemon.StopAsync();
        Assert.Empty(Daemon.Events("bind"));
        Assert.Empty(Daemon.Events("listen"));
    }
}
