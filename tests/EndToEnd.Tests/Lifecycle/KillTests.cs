using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

public sealed class KillTests : DaemonTest
{
    [Fact]
    public async Task Worker_Killed_IsReplacedAndServes()
    {
        await StartAsync();
        var former = Daemon.PidOf("web@2");
        Processes.Signal(former, Processes.Kill);
        var exit = await Daemon.EventAsync("exit", "web@2");
        await Daemon.EventAsync("ready", "web@2", exit);

        Assert.NotEqual(former, Daemon.PidOf("web@2"));
        var expected = Copies.Numbers.Select(number => $"worker {number} pid {Daemon.PidOf($"web@{number}")}").ToArray();
        await Copies.AllAnswerAsync(expected, () => Ask.HttpAsync(Address, Port));
        Assert.Equal(Copies.Count, Listeners.On(Port).Length);
        foreach (var other in (string[])["web@0", "web@1", "web@3"]) Assert.Single(Daemon.Events("spawn", other));
    }

    [Fact]
    public async Task Worker_Killed_EventsHaveTheirFields()
    {
        await StartAsync();
        var former = Daemon.PidOf("web@1");
        Processes.Signal(former, Processes.Kill);
        var exit = await Daemon.EventAsync("exit", "web@1");
        var spawn = await Daemon.EventAsync("spawn", "web@1", exit);
        // The last lines of the former process can come after its exit.
        var bind = await Daemon.EventAsync("bind", "web@1", spawn);
        var listen = await Daemon.EventAsync("listen", "web@1", spawn);
        var ready = await Daemon.EventAsync("ready", "web@1", spawn);

        Assert.Equal(former, exit.Pid);
        Assert.Equal(("killed", "9", "4"), (exit["EXIT_CODE"], exit["EXIT_STATUS"], exit["PRIORITY"]));
        Assert.Equal("2", spawn["REUSEPORT_GENERATION"]);
        foreach (var outcome in (LogRecord[])[bind, listen])
        {
            Assert.Equal(
                ("inet", "stream", "0.0.0.0", $"{Port}", "3", "ok"),
                (outcome["REUSEPORT_FAMILY"], outcome["REUSEPORT_TYPE"], outcome["REUSEPORT_ADDRESS"], outcome["REUSEPORT_PORT"],
                    outcome["REUSEPORT_FD"], outcome["REUSEPORT_RESULT"]));
            Assert.Null(outcome["ERRNO"]);
        }

        foreach (var record in (LogRecord[])[spawn, bind, listen, ready])
        {
            Assert.Equal(Daemon.PidOf("web@1"), record.Pid);
            Assert.Equal(
                ("reuseportd", "web", "1", "6"),
                (record["SYSLOG_IDENTIFIER"], record["REUSEPORT_SERVICE"], record["REUSEPORT_WORKER"], record["PRIORITY"]));
            Assert.Matches("^[0-9a-f]{32}$", record["MESSAGE_ID"]);
            Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$", record["timestamp"]);
        }
    }

    [Fact]
    public async Task Workers_KilledAtOnce_AreReplaced()
    {
        await StartAsync();
        var last = Daemon.Log.Records[^1];
        foreach (var number in Copies.Numbers) Processes.Signal(Daemon.PidOf($"web@{number}"), Processes.Kill);
        foreach (var number in Copies.Numbers) await Daemon.EventAsync("ready", $"web@{number}", last);

        var expected = Copies.Numbers.Select(number => $"worker {number} pid {Daemon.PidOf($"web@{number}")}").ToArray();
        await Copies.AllAnswerAsync(expected, () => Ask.HttpAsync(Address, Port));
    }

    private async Task StartAsync()
    {
        Copies.Configure(Daemon);
        await Daemon.StartAsync();
    }
}
