using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Controllers;

public sealed class CpuQuotaTests(VirtualMachine machine) : ControllerTest(machine)
{
    private const string Spins = "sh, -c, 'while :; do :; done'";

    [Fact]
    public async Task CpuQuota_BusyWorker_IsThrottled()
    {
        const double share = 0.2;
        var daemon = await StartAsync(Service("web", Spins, "cpu_quota: 20%"), Service("free", "sleep, infinity"));
        Assert.Equal("20000 100000", await daemon.FileAsync("web@0.1/cpu.max"));

        await ThrottledAsync(3);
        var (before, since) = (await daemon.NumberAsync("web@0.1/cpu.stat", "usage_usec"), await SecondsAsync());
        await ThrottledAsync(13);
        var (after, until) = (await daemon.NumberAsync("web@0.1/cpu.stat", "usage_usec"), await SecondsAsync());
        var used = TimeSpan.FromMicroseconds(after - before).TotalSeconds;
        // The group can use a period's quota in the next period. The host can take the processor from the machine at any time.
        Assert.InRange(used, share / 10, share * (until - since + 0.2));
        Assert.Equal(0, await daemon.NumberAsync("free@0.1/cpu.stat", "nr_throttled"));
        await daemon.StopAsync();

        Task ThrottledAsync(int periods) => Deadline.UntilAsync(
            async () => await daemon.NumberAsync("web@0.1/cpu.stat", "nr_throttled") >= periods,
            $"it is throttled in {periods} periods");
    }

    /// <summary>A throttled worker is killed like any other worker.</summary>
    [Fact]
    public async Task Killed_WhileThrottled_EndsAtOnce()
    {
        var daemon = await StartAsync(Service("web", Spins, "cpu_quota: 1%", "workers: 4"));
        var workers = (await daemon.EventsAsync("spawn")).Select(record => record.Pid).ToArray();
        await daemon.DieAsync();
        foreach (var worker in workers)
            await Deadline.UntilAsync(async () => !await daemon.RunsAsync(worker), "the guard has ended it");
        Assert.Equal(4, workers.Length);
    }

    /// <summary>
    /// The daemon waits for the exec of each worker, in a cgroup that may have used up its quota. Other starts would wait as
    /// long.
    /// </summary>
    [Fact]
    public async Task Start_LeastQuota_DoesNotDelayOtherWorkers()
    {
        const int Workers = 8;
        const int Period = 100;
        var daemon = await StartAsync(
            Service("web", Spins, "cpu_quota: 1%", $"workers: {Workers}"),
            Service("free", "sleep, infinity", more: $"workers: {Workers}"));
        var ready = await daemon.EventsAsync("ready");
        // A throttled start waits for two periods or more.
        Assert.InRange(Waited("web"), 0, 2 * Waited("free") + Workers * Period);
        Assert.Equal("1000 100000", await daemon.FileAsync("web@7.1/cpu.max"));
        await daemon.StopAsync();

        int Waited(string service) =>
            ready.Where(record => record.Worker!.StartsWith(service, StringComparison.Ordinal))
                .Sum(record => record.Number("REUSEPORT_AFTER_MS"));
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
    private async Task<double> SecondsAsync() =>
        double.Parse((await Machine.DoAsync("cat /proc/uptime")).Split(' ')[0], CultureInfo.InvariantCulture);
}
