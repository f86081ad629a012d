using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>
/// The daemon is replaced, or killed, in the middle of a change. The change goes on: no worker is lost, and none runs twice.
/// </summary>
public sealed class UnderWayTests(Machine machine) : SettledTest(machine)
{
    private const string Answers = "require('http').createServer((_, answer) => answer.end('ok'))";
    private const int KeepingClients = 12;

    [Theory]
    [InlineData("reexec")]
    [InlineData("KILL")]
    public async Task Daemon_ReplacedDuringAStart_AllWorkersStart(string how)
    {
        const int many = 500;
        Configure(
            "many", $$"""
            services:
              many:
                command: [sleep, infinity]
                workers: {{many}}
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
        await Machine.DoAsync("systemctl", "start", "--no-block", "reuseportd");
        await Journal.EventAsync("spawn", "many", many / 5);
        await ReplaceAsync(how);
        await AssertSettledAsync(("many", many));
        await AssertStopsAsync();
    }

    [Theory]
    [InlineData("reexec")]
    [InlineData("KILL")]
    public async Task Daemon_ReplacedDuringAScale_TheScaleGoesOn(string how)
    {
        ConfigureWeb(workers: 4, Slow);
        await StartAsync();
        var more = Machine.RunAsync("reuseportctl", "scale", "web", "40");
        await Journal.EventAsync("spawn", "web", 10);
        await ReplaceAsync(how);
        await more;
        await AssertSettledAsync(("web", 40));

        var present = Journal.Entries[^1];
        var fewer = Machine.RunAsync("reuseportctl", "scale", "web", "3");
        await Journal.WaitAsync("a worker stops", entry => entry.Event is "drain" or "stop", after: present);
        await ReplaceAsync(how);
        await fewer;
        await AssertSettledAsync(("web", 3));
        await AllAnswerAsync(workers: 3);
        await AssertStopsAsync();
    }

    /// <summary>A service is changed, another one is added, and a third one removed.</summary>
    [Theory]
    [InlineData("reexec")]
    [InlineData("KILL")]
    public async Task Daemon_ReplacedDuringAnApply_TheApplyGoesOn(string how)
    {
        ConfigureWeb(workers: 4, Slow);
        Configure("removed", Hello("removed", workers: 2, Port + 1));
        await StartAsync();
        var before = WorkersOf("web");
        ConfigureWeb(workers: 5, $"{Slow}\n    environment: {{ CHANGED: yes }}");
        Configure("added", Hello("added", workers: 3, Port + 2));
        Unconfigure("removed");
        var apply = Machine.RunAsync("reuseportctl", "apply");
        await Journal.EventAsync("update", "web");
        await ReplaceAsync(how);
        await apply;

        await AssertSettledAsync(("web", 5), ("added", 3));
        Assert.Empty(WorkersOf("web").Intersect(before));
        Assert.Equal(0, (await Machine.RunAsync("reuseportctl", "diff")).Code);
        await AssertStopsAsync();
    }

    /// <summary>The third worker of the new version fails, after two were replaced.</summary>
    [Theory]
    [InlineData("reexec")]
    [InlineData("KILL")]
    public async Task Daemon_ReplacedDuringARollback_TheRollbackGoesOn(string how)
    {
        ConfigureWeb(workers: 4, Slow);
        await StartAsync();
        var script = $"[ $REUSEPORT_WORKER != 2 ] || exit 1; exec {MachineScript.Workers}/hello {Port}";
        Configure(
            "web", $$"""
            services:
              web:
                command: [sh, -c, "{{script}}"]
                workers: 4
                reuseport: { ports: [{{Port}}] }
            {{Slow}}
                environment: { CHANGED: yes }
            """);
        var apply = Machine.RunAsync("reuseportctl", "apply");
        await Journal.EventAsync("spawn", "web", after: await Journal.EventAsync("update_failed", "web"));
        await ReplaceAsync(how);
        await apply;

        await AssertSettledAsync(("web", 4));
        Assert.DoesNotContain(WorkersOf("web"), IsChanged);
        await AllAnswerAsync(workers: 4);
        await AssertStopsAsync();

        bool IsChanged(MachineProcess worker) =>
            File.ReadAllText(Machine.Path($"/proc/{worker.Pid}/environ")).Contains("CHANGED=yes", StringComparison.Ordinal);
    }

    /// <summary>Clients keep their connections to the worker, which goes on with its drain.</summary>
    [Theory]
    [InlineData("reexec")]
    [InlineData("KILL")]
    public async Task Daemon_ReplacedDuringADrain_TheDrainGoesOn(string how)
    {
        Configure(
            "web", $$"""
            services:
              web:
                command: [{{Programs.Require("node", "nodejs")}}, -e, "{{Answers}}.listen({{Port}}, '127.0.0.1')"]
                workers: 3
                update: { drain_timeout: 60s }
                reuseport: { ports: [{{Port}}] }
            """);
        await StartAsync();
        var before = WorkersOf("web");
        using var kept = new MachineNetwork(Machine).Load(Port, KeepingClients, keeps: true);
        await Deadline.UntilAsync(() => Connections() >= KeepingClients, "all clients are connected");
        WorkerState? chosen = null;
        await Deadline.UntilAsync(
            async () => (chosen = (await StatusAsync("web")).FirstOrDefault(one => one.Connections > 0)) is not null,
            "a worker has clients");
        var name = chosen!.Name;
        var stop = Machine.RunAsync("reuseportctl", "stop", name);
        await Journal.EventAsync("drain");
        await ReplaceAsync(how);
        await Journal.EventAsync("adopted");
        await stop;

        Assert.Equal("draining", (await StatusAsync(name))[0].State);
        Assert.Equal(before, WorkersOf("web"));
        var (_, failed, cut) = await kept.StopAsync();
        Assert.Equal((0, 0), (failed, cut));
        await Deadline.UntilAsync(async () => (await StatusAsync(name))[0].State == "stopped", "the drain is over");
        Assert.Equal(before.Where(worker => worker.Pid != chosen.Pid), WorkersOf("web"));
        await AssertStopsAsync();
    }

    /// <summary>Two workers write to a file and to the log as fast as they can.</summary>
    [Theory]
    [InlineData("reexec")]
    [InlineData("KILL")]
    public async Task Daemon_ReplacedDuringAFlood_NoLineComesTwice(string how)
    {
        const int lines = 500_000;
        var file = Machine.Path("/run/flood");
        File.Delete(file);
        Configure(
            "flood", $$"""
            services:
              file:
                command: [sh, -c, "{{MachineScript.Workers}}/spew {{lines}} 40; exec sleep infinity"]
                stdout: file:/run/flood
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
              log:
                command: ["yes", a line without end of a worker that has nothing to say]
                logging: { rate_limit_burst: 100 }
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
        await StartAsync();
        var last = await Journal.EventAsync("started");
        for (var time = 0; time < 2; time++)
        {
            await Deadline.UntilAsync(() => File.Exists(file) && new FileInfo(file).Length > 0, "the file grows");
            await ReplaceAsync(how);
            last = await Journal.EventAsync("started", after: last);
        }

        await AssertSettledAsync(("file", 1), ("log", 1));
        int[] numbers = [];
        await Deadline.UntilAsync(() => (numbers = Numbers()).LastOrDefault() == lines - 1, "all lines are written");
        Assert.Equal(numbers.Distinct().Order(), numbers);
        if (how == "reexec") Assert.Equal(lines, numbers.Length);
        await AssertStopsAsync();

        int[] Numbers() =>
        [
            .. File.ReadLines(file).Where(line => line.Length == 40)
                .Select(line => int.Parse(line.AsSpan(0, line.IndexOf(' ')), CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>Established connections to the service, as its side sees them.</summary>
    private int Connections()
    {
        var port = string.Create(CultureInfo.InvariantCulture, $":{Port:X4}");
        return File.ReadLines(Machine.Path("/proc/1/net/tcp"))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Count(columns => columns[3] == "01" && columns[1].EndsWith(port, StringComparison.Ordinal));
    }
}
