namespace EndToEnd.Tests.Systemd;

/// <summary>The unit's control group, which systemd leaves to the daemon.</summary>
public sealed class DelegationTests(Machine machine) : SystemdTest(machine)
{
    private const string Unit = "/system.slice/reuseportd.service";

    [Fact]
    public async Task Start_UnitDelegates_EachProcessHasAGroupAndTheStopLeavesNone()
    {
        ConfigureWeb(workers: 2);
        await StartAsync();

        Assert.Equal(Unit, (await Journal.EventAsync("trees"))["REUSEPORT_CGROUP"]);
        Assert.Equal($"{Unit}/supervisor", await GroupOfAsync(await MainPidAsync()));
        foreach (var process in WorkersOf("web")) Assert.Equal($"{Unit}/web@{process.Worker}.1", await GroupOfAsync(process.Pid));

        await UnitAsync("reload");
        await UnitAsync("stop");
        Assert.Empty(Machine.Workers());
        var mount =
            (await Machine.DoAsync("findmnt", "--noheadings", "--first-only", "--output=TARGET", "--types=cgroup2")).Trim();
        Assert.NotEqual(0, (await Machine.RunAsync("test", "-e", mount + Unit)).Code);
    }

    [Fact]
    public async Task Start_GroupOfAKilledDaemon_Succeeds()
    {
        ConfigureWeb(workers: 2);
        await StartAsync();
        var started = await Journal.EventAsync("started");
        for (var round = 0; round < 2; round++)
        {
            await SignalAsync(await MainPidAsync(), "KILL");
            started = await Journal.EventAsync("started", after: started);
            await UntilAsync("SubState", "running");
        }

        foreach (var process in WorkersOf("web")) Assert.Equal($"{Unit}/web@{process.Worker}.1", await GroupOfAsync(process.Pid));
        await AllAnswerAsync(workers: 2);
    }

    [Fact]
    public async Task Start_UnitDoesNotDelegate_SessionsAreUsed()
    {
        await OverrideAsync("Delegate=no");
        ConfigureWeb(workers: 1);
        await StartAsync();

        var trees = await Journal.EventAsync("trees");
        Assert.False(trees.Has("REUSEPORT_CGROUP"));
        Assert.Contains(Unit, trees["REUSEPORT_REASON"], StringComparison.Ordinal);
        Assert.Equal(Unit, await GroupOfAsync(await MainPidAsync()));
    }

    /// <summary>The pid and the group in the namespaces of the machine.</summary>
    private async Task<string> GroupOfAsync(int pid) =>
        (await Machine.DoAsync("cat", $"/proc/{pid}/cgroup")).Split('\n')
            .First(line => line.StartsWith("0::", StringComparison.Ordinal))[3..];
}
