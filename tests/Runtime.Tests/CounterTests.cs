using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Snapshots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Each event moves its counter, and no other.</summary>
public sealed class CounterTests
{
    [Fact]
    public void WorkerIsKilled_StartAndRestartAreCounted()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Server("web", 2) with { Restart = RestartPolicy.Default });
        var before = Totals(fleet, "web");
        Assert.Equal((2, 0), (Count(before.Start), Count(before.Restart)));

        var first = fleet.Log.Take("ready", "web@0");
        fleet.Advance(TimeSpan.FromSeconds(2));
        Supervised.Kill(first.Pid);
        fleet.Log.Take("ready", "web@0");

        var after = Totals(fleet, "web");
        Assert.Equal((3, 1, 0), (Count(after.Start), Count(after.Restart), Count(after.Drain)));
        Assert.Equal(before with { Start = after.Start, Restart = after.Restart, Restarts = [(0, 1)] }, after);
    }

    /// <summary>The status counts from the reset on; a metric must not fall.</summary>
    [Fact]
    public void Reset_RestartsOfTheStatusBeginAnew_TheMetricGoesOn()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Server("web", 1) with { Restart = RestartPolicy.Default });
        fleet.Log.Take("ready", "web@0");
        Restart(fleet);
        fleet.Ask(new FleetCommand.Reset(), "web");
        Assert.Equal(0, Assert.Single(fleet.Snapshot().Workers).Restarts);
        Assert.Equal([(0, 1)], Totals(fleet, "web").Restarts);
        Restart(fleet);
        Assert.Equal([(0, 2)], Totals(fleet, "web").Restarts);
    }

    [Fact]
    public void Scale_DownAndUp_RestartsGoOn()
    {
        using var fleet = new Supervised();
        var service = Given.Server("web", 2) with { Restart = RestartPolicy.Default };
        fleet.Converge(service);
        fleet.Log.Take("ready", "web@1");
        Restart(fleet, "web@1");
        fleet.Converge(service with { Workers = 1 });
        Assert.Single(fleet.Snapshot().Workers);
        Assert.Equal([(1, 1)], Totals(fleet, "web").Restarts);
        fleet.Converge(service);
        fleet.Log.Take("ready", "web@1");
        Restart(fleet, "web@1");
        Assert.Equal([(1, 2)], Totals(fleet, "web").Restarts);
    }

    [Fact]
    public void RollingRestart_UpdateAndDrainsAreCounted()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Server("web", 2), Given.Server("other", 1));
        fleet.Ask(new FleetCommand.Restart(), "web");

        var after = Totals(fleet, "web");
        Assert.Equal((4, 2, 0), (Count(after.Start), Count(after.Drain), Count(after.Restart)));
        Assert.Equal([(UpdateResult.Succeeded, 1), (UpdateResult.Failed, 0), (UpdateResult.RolledBack, 0)], after.Updates);
        Assert.Equal(0, Totals(fleet, "other").Updates.Sum(update => update.Count));
    }

    [Fact]
    public void PortIsTaken_BindFailureIsCountedByErrno()
    {
        using var holder = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        holder.Start();
        var port = ((System.Net.IPEndPoint)holder.LocalEndpoint).Port;
        using var fleet = new Supervised();
        fleet.BeginConverge(Given.Listening(Given.Service("web", 1, Checkout.Worker("hello"), $"{port}", "127.0.0.1"), port));
        fleet.Log.Take("bind", "web@0");

        var failures = Totals(fleet, "web").BindFailures;
        // The usual errnos begin at 0, so that the first failure is an increase.
        Assert.Equal(["EACCES", "EADDRINUSE", "EADDRNOTAVAIL"], failures.Select(failure => failure.Errno));
        Assert.Equal("EADDRINUSE", Assert.Single(failures, failure => failure.Count > 0).Errno);
    }

    [Fact]
    public void ServiceIsRemoved_ItsCountersAreGone()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1), Given.Sleepers("other", 1));
        fleet.Converge(Given.Sleepers("other", 1));
        Assert.Equal(["other"], fleet.Snapshot().Totals!.Services.Select(service => service.Name));
    }

    /// <summary>Kills a worker, and waits for its next process.</summary>
    private static void Restart(Supervised fleet, string worker = "web@0")
    {
        var pid = fleet.Snapshot().Workers.Single(one => $"{one.Name}" == worker).Pid!.Value;
        fleet.Advance(TimeSpan.FromSeconds(2));
        Supervised.Kill(pid);
        fleet.Log.Take("exit", worker);
        fleet.Log.Take("ready", worker);
    }

    private static ServiceTotals Totals(Supervised fleet, string name) =>
        fleet.Snapshot().Totals!.Services.Single(service => service.Name == name);

    private static long Count(HistogramValue histogram) => histogram.Counts.Sum();
}
