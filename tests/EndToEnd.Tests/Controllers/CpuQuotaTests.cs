using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Controllers;

public sealed class CpuQuotaTests(VirtualMachine machine) : ControllerTest(machine)
{
    private const string Spins = "sh, -c, 'while :; do :; done'";

    [Fact]
    public async Task Passed_ByOneThatSpins_IsThrottledToItsShare()
    {
        const double share = 0.2;
        var daemon = await StartAsync(Service("web", Spins, "cpu_quota: 20%"), Service("free", "sleep, infinity"));
        Assert.Equal("20000 100000", await daemon.FileAsync("web@0.1/cpu.max"));

        await ThrottledAsync(3);
        var (before, since) = (await daemon.NumberAsync("web@0.1/cpu.stat", "usage_usec"), await SecondsAsync());
        await ThrottledAsync(13);
        var (after, until) = (await daemon.NumberAsync("web@0.1/cpu.stat", "usage_usec"), await SecondsAsync());
        var used = TimeSpan.FromMicroseconds(after - before).TotalSeconds;
        // What it is given in a period may be used in the next; the processor of the machine itself may be taken away at any
        // time.
        Assert.InRange(used, share / 10, share * (until - since + 0.2));
        Assert.Equal(0, await daemon.NumberAsync("free@0.1/cpu.stat", "nr_throttled"));
        await daemon.StopAsync();

        Task ThrottledAsync(int periods) => Deadline.UntilAsync(
            async () => await daemon.NumberAsync("web@0.1/cpu.stat", "nr_throttled") >= periods, $"it is throttled in {periods} periods");
    }

    /// <summary>One that is throttled is killed like any other.</summary>
    [Fact]
    public async Task Killed_WhileThrottled_EndsAtOnce()
    {
        var daemon = await StartAsync(Service("web", Spins, "cpu_quota: 1%", "workers: 4"));
        var workers = (await daemon.EventsAsync("spawn")).Select(record => record.Pid).ToArray();
        await daemon.DieAsync();
        foreach (var worker in workers) await Deadline.UntilAsync(async () => !await daemon.RunsAsync(worker), "the guard has ended it");
        Assert.Equal(4, workers.Length);
    }

    /// <summary>
    /// The daemon waits for the exec of each, in a group that may have used up its time: for that long it would do nothing for
    /// anybody.
    /// </summary>
    [Fact]
    public async Task Start_LeastQuota_HoldsNobodyUp()
    {
        const int Workers = 8;
        const int Period = 100;
        var daemon = await StartAsync(Service("web", Spins, "cpu_quota: 1%", $"workers: {Workers}"), Service("free", "sleep, infinity", more: $"workers: {Workers}"));
        var ready = await daemon.EventsAsync("ready");
        // One that waits for its group's time waits for two periods and more.
        Assert.InRange(Waited("web"), 0, 2 * Waited("free") + Workers * Period);
        Assert.Equal("1000 100000", await daemon.FileAsync("web@7.1/cpu.max"));
        await daemon.StopAsync();

        int Waited(string service) => ready.Where(record => record.Worker!.StartsWith(service, StringComparison.Ordinal)).Sum(record => record.Number("REUSEPORT_AFTER_MS"));
    }

    [Fact]
    public async Task Auto_QuotaOverTheDaemon_IsTheNumberOfWorkers()
    {
        var daemon = Daemon(prepare: "echo '100000 100000' > $group/cpu.max");
        await daemon.ConfigureAsync(Services(Service("web", "sleep, infinity", more: "workers: auto")));
        await daemon.StartAsync();
        Assert.Equal(["supervisor", "web@0.1"], await daemon.GroupsAsync());
        await daemon.StopAsync();
    }

    /// <summary>Since the boot.</summary>
    private async Task<double> SecondsAsync() => double.Parse((await Machine.DoAsync("cat /proc/uptime")).Split(' ')[0], CultureInfo.InvariantCulture);
}
