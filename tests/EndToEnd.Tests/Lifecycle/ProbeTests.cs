using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

/// <summary>Readiness and liveness probes of the built binary.</summary>
public sealed class ProbeTests : DaemonTest
{
    private const string Notifier =
        """
        import os, socket, time
        sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        sender.connect(os.environ['NOTIFY_SOCKET'])
        sender.send(b'READY=1')
        time.sleep(1000)
        """;

    [Fact]
    public async Task Readiness_OfEachKind_IsReachedInOrder()
    {
        var script = Daemon.Folder.Write("notify.py", Notifier);
        Daemon.Configure($$"""
            services:
              web:
                command: [python3, -m, http.server, "{{Port}}", --bind, {{Address}}]
                workers: 2
                reuseport: { ports: [{{Port}}] }
                readiness: { type: http, path: /, period: 50ms }
                depends_on: [first, check]
              first:
                command: [python3, {{script}}]
                reuseport: { ports: any }
                readiness: notify
              check:
                command: [sleep, "1000"]
                reuseport: { ports: any }
                readiness:
                  type: exec
                  command: [sh, -c, "test $REUSEPORT_WORKER = {worker} && kill -0 $REUSEPORT_PID"]
                  period: 50ms
            """);
        await Daemon.StartAsync();

        var last = Math.Max(
            (await Daemon.EventAsync("ready", "first@0")).Index, (await Daemon.EventAsync("ready", "check@0")).Index);
        foreach (var worker in (string[])["web@0", "web@1"])
        {
            Assert.True(
                (await Daemon.EventAsync("spawn", worker)).Index > last, "a service starts after those that it depends on");
            await Daemon.EventAsync("ready", worker);
        }
    }

    [Fact]
    public async Task Liveness_WorkerStopsAnswering_IsReplaced()
    {
        var well = Daemon.Folder.Write("well", "");
        Daemon.Configure($$"""
            services:
              web:
                command: [sleep, "1000"]
                reuseport: { ports: any }
                readiness: { type: delay, delay: 0s }
                liveness: { type: exec, command: [test, -e, {{well}}], period: 50ms, timeout: 20s, failure_threshold: 2 }
            """);
        await Daemon.StartAsync();
        var first = Daemon.PidOf("web@0");
        File.Delete(well);

        Assert.Equal(first, (await Daemon.EventAsync("unresponsive", "web@0")).Pid);
        Daemon.Folder.Write("well", "");
        await Daemon.EventAsync("exit", "web@0");
    }
}
