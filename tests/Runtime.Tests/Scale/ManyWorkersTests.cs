using Runtime.Tests.Harness;

namespace Runtime.Tests.Scale;

/// <summary>A service of many workers.</summary>
public sealed class ManyWorkersTests
{
    [Theory]
    [InlineData(500)]
    public void ManyWorkers_OneIsKilled_OnlyThatWorkerIsReplacedAndAllStop(int workers)
    {
        using var fleet = new Supervised();
        Assert.Equal(workers, fleet.Converge(Given.Sleepers("web", workers)).Counts.Ready);
        Assert.Equal(workers, OwnProcess.Children().Length);
        fleet.Advance(TimeSpan.FromSeconds(2));
        Supervised.Kill(fleet.Worker("web@7").Pid!.Value);
        fleet.Log.Take("exit", "web@7");
        fleet.Log.Take("ready", "web@7");
        fleet.Log.Take("ready", "web@7");

        Assert.Equal(workers, fleet.Snapshot().Counts.Ready);
        Assert.Equal(workers + 1, fleet.Log.All("spawn").Length);
        Assert.Single(fleet.Log.All("exit"));
        fleet.StopAll();
        Assert.Equal(workers + 1, fleet.Log.All("exit").Length);
        Assert.Empty(fleet.Log.All("kill"));
        Assert.Empty(OwnProcess.Children());
    }
}
