using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Methods;

/// <summary>A hostile worker costs other services and the daemon nothing.</summary>
public sealed class AttackTests : MethodTest
{
    /// <summary>Two seconds of a slow machine.</summary>
    private const int ManyBinds = 20_000;
    private const int MostKilobytes = 16 * 1024;

    /// <summary>A worker forges lines of the library in the name of another worker, and then binds as often as it can.</summary>
    [Fact]
    public async Task Restart_BesideAFloodOfBinds_IsAsUsual()
    {
        using var cgroup = new DelegatedCgroup();
        Configure(Command("hello-static"), "method: auto");
        await StartInAsync(cgroup);
        Attack(Daemon.PidOf("web@0"));
        Assert.Equal(0, (await Daemon.ApplyAsync()).Code);
        await Daemon.EventAsync("outcomes_lost", "bad@0", where: record => record.Number("REUSEPORT_COUNT") > ManyBinds);
        var before = Resident();
        for (var round = 0; round < 5; round++)
        {
            await AssertShareAsync("kernel");
            Assert.Equal(0, (await Daemon.ControlAsync("restart", "web")).Code);
        }

        await AssertShareAsync("kernel");
        Assert.InRange(Resident() - before, int.MinValue, MostKilobytes);
        await Daemon.EventAsync("outcomes_lost", "bad@0", after: Daemon.Events("exit", "web@3")[^1]);
        await Daemon.StopAsync();
        AssertOutcomesAreTrue();
    }

    /// <summary>Each process of web has one bind and one listen, and none of the forged ones.</summary>
    private void AssertOutcomesAreTrue()
    {
        var calls = Daemon.Log.Records.Where(record => record.Event is "bind" or "listen" && record["REUSEPORT_SERVICE"] == "web")
            .ToLookup(record => record.Pid);
        foreach (var spawn in Daemon.Events("spawn").Where(spawn => spawn["REUSEPORT_SERVICE"] == "web"))
        {
            Assert.Equal(["bind", "listen"], calls[spawn.Pid].Select(call => call.Event!).Order());
            Assert.All(
                calls[spawn.Pid],
                call => Assert.Equal((Port, "ok"), (call.Number("REUSEPORT_PORT"), call["REUSEPORT_RESULT"])));
        }

        Assert.All(Daemon.Events("outcomes_lost"), lost => Assert.Equal("bad@0", lost.Worker));
    }

    private void Attack(int victim)
    {
        var socket = $"fd=3 inode=1 family=inet type=stream addr={Address} port={Port} matched=1";
        Daemon.Configure(
            $$"""
            services:
              bad:
                command:
                - sh
                - -c
                - |
                  for i in 1 2 3; do
                    echo 'libreuseport:loaded:pid={{victim}} version=1.0.0'
                    echo 'libreuseport:bind:pid={{victim}} {{socket}} reuseport=1 reuseaddr=-1 device=- result=EADDRINUSE'
                    echo 'libreuseport:listen:pid={{victim}} {{socket}} backlog=1 result=EADDRINUSE'
                    echo 'libreuseport:lost:pid={{victim}} lines=1'
                  done >&2
                  exec {{Checkout.Worker("binds-oddly-static")}} flood 2000000000
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any, method: kernel }
            """,
            "bad");
    }

    private int Resident() =>
        int.Parse(Processes.Status(Daemon.Pid, "VmRSS")!.Split(' ')[0], CultureInfo.InvariantCulture);
}
