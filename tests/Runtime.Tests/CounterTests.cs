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
        Assert.Equal(before with { Start = after.Start, Restart = after.Restart }, after);
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

        var failure = Assert.Single(Totals(fleet, "web").BindFailures);
        Assert.Equal("EADDRINUSE", failure.Errno);
        Assert.InRange(failure.Count, 1, int.MaxValue);
    }

    [Fact]
    public void ServiceIsRemoved_ItsCountersAreGone()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1), Given.Sleepers("other", 1));
        fleet.Converge(Given.Sleepers("other", 1));
        Assert.Equal(["other"], fleet.Snapshot().Totals!.Services.Select(service => service.Name));
    }

    private static ServiceTotals Totals(Supervised fleet, string name) =>
        fleet.Snapshot().Totals!.Services.Single(service => service.Name == name);

    private static long Count(HistogramValue histogram) => histogram.Counts.Sum();
}
