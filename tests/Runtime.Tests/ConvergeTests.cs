using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Snapshots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Changes of the fleet to another configuration.</summary>
public sealed class ConvergeTests
{
    [Fact]
    public void Converge_NewService_EachWorkerIsReadyAfterItsBind()
    {
        using var fleet = new Supervised();
        var result = fleet.Converge(Given.Server("web", 3));

        Assert.Equal((1, 0, 0, 0), (result.Added, result.Changed, result.Removed, result.Unchanged));
        Assert.Equal((3, 3, 0), (result.Counts.Workers, result.Counts.Ready, result.Counts.Unsettled));
        foreach (var worker in (string[])["web@0", "web@1", "web@2"])
        {
            var pid = fleet.Log.Take("spawn", worker).Pid;
            Assert.Equal(pid, fleet.Log.Take("loaded", worker).Pid);
            Assert.Equal(
                ("ok", "1"),
                (
                    fleet.Log.Take("bind", worker).Field("REUSEPORT_RESULT"),
                    fleet.Log.Take("listen", worker).Field("REUSEPORT_MATCHED")));
            Assert.Equal(pid, fleet.Log.Take("ready", worker).Pid);
        }
    }

    [Fact]
    public void Converge_MoreWorkers_OnlyNewWorkersAreStarted()
    {
        using var fleet = new Supervised();
        var service = Given.Server("web", 2);
        fleet.Converge(service);
        fleet.Log.Take("spawn", 2);
        var result = fleet.Converge(service with { Workers = 4 });

        Assert.Equal((0, 1, 4), (result.Added, result.Changed, result.Counts.Ready));
        Assert.Equal(["web@2", "web@3"], fleet.Log.Take("spawn", 2).Select(spawn => spawn.Worker).Order());
        Assert.Empty(fleet.Log.All("exit"));
    }

    [Fact]
    public void Converge_FewerWorkers_OnlyTheHighestNumbersAreStopped()
    {
        using var fleet = new Supervised();
        var service = Given.Server("web", 4);
        fleet.Converge(service);
        var result = fleet.Converge(service with { Workers = 1 });

        Assert.Equal((1, 1, 1), (result.Changed, result.Counts.Ready, result.Counts.Workers));
        Assert.Equal(["web@1", "web@2", "web@3"], fleet.Log.All("exit").Select(exit => exit.Worker).Order());
        Assert.Equal(["web@0"], fleet.Snapshot().Workers.Select(worker => worker.Name.ToString()));
    }

    [Fact]
    public void Converge_OtherCommand_EveryWorkerIsReplaced()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 2));
        var before = fleet.Snapshot().Workers.Select(worker => worker.Pid).ToArray();
        var result = fleet.Converge(Given.Sleepers("web", 2).With("sleep", "1000"));

        Assert.Equal((1, 2), (result.Changed, result.Counts.Ready));
        Assert.All(
            fleet.Snapshot().Workers,
            worker => Assert.Equal((WorkerState.Ready, 2, 0), (worker.State, worker.Generation, worker.Restarts)));
        Assert.Empty(fleet.Snapshot().Workers.Select(worker => worker.Pid).Intersect(before));
        Assert.All(before, pid => Assert.False(OwnProcess.Exists(pid!.Value)));
    }

    [Fact]
    public void Converge_OnlyPolicyDiffers_NoProcessIsTouched()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 2);
        fleet.Converge(service);
        var before = fleet.Snapshot().Workers.Select(worker => worker.Pid);
        var result = fleet.Converge(service with { Stop = new StopSpec(Signal.Kill, TimeSpan.FromSeconds(1)) });

        Assert.Equal((1, 0), (result.Changed, result.Unchanged));
        Assert.Equal(before, fleet.Snapshot().Workers.Select(worker => worker.Pid));
        fleet.Converge();
        Assert.All(fleet.Log.Take("stop", 2), stop => Assert.Equal("SIGKILL", stop.Field("REUSEPORT_SIGNAL")));
    }

    [Fact]
    public void Converge_SameConfiguration_ChangesNothing()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 2), Given.Sleepers("api", 1));
        var before = fleet.Snapshot();
        var result = fleet.Converge(Given.Sleepers("web", 2), Given.Sleepers("api", 1));

        Assert.Equal((0, 0, 0, 2), (result.Added, result.Changed, result.Removed, result.Unchanged));
        Assert.Equal(before.Workers, fleet.Snapshot().Workers);
    }

    [Fact]
    public void Converge_ServiceRemoved_CompletesWhenItsWorkersHaveEnded()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 3), Given.Sleepers("api", 1));
        var result = fleet.Converge(Given.Sleepers("api", 1));

        Assert.Equal((1, 1, 1), (result.Removed, result.Unchanged, result.Counts.Workers));
        Assert.Equal(3, fleet.Log.All("exit").Length);
        Assert.Equal(["api@0"], fleet.Snapshot().Workers.Select(worker => worker.Name.ToString()));
    }

    [Fact]
    public void Converge_ServiceAddedWhileItLeaves_ItsSlotsStartAgain()
    {
        using var fleet = new Supervised();
        var service = Given.Service("web", 2, Checkout.Worker("ignore-term"));
        fleet.Converge(service);
        foreach (var worker in (string[])["web@0", "web@1"]) fleet.Lines.Take(worker, "ignoring");
        var leaving = fleet.BeginConverge();
        fleet.Log.Take("stop", 2);

        var back = fleet.BeginConverge(Given.Sleepers("web", 3));
        fleet.Log.Take("ready", "web@2");
        Assert.Equal(
            [WorkerState.Stopping, WorkerState.Stopping, WorkerState.Ready],
            fleet.Snapshot().Workers.Select(worker => worker.State));
        fleet.Advance(service.Stop.GracePeriod);
        Assert.Equal(3, Deadline.Await(back, "the way back").Counts.Ready);
        Assert.Equal(1, Deadline.Await(leaving, "the way out").Removed);
        Assert.Equal([2, 2, 1], fleet.Snapshot().Workers.Select(worker => worker.Generation));
    }

    [Fact]
    public void Converge_WorkerAddedWhileItLeaves_StartsAgain()
    {
        using var fleet = new Supervised();
        var service = Given.Service("web", 2, Checkout.Worker("ignore-term"));
        fleet.Converge(service);
        fleet.Lines.Take("web@1", "ignoring");
        _ = fleet.BeginConverge(service with { Workers = 1 });
        fleet.Log.Take("stop", "web@1");

        var back = fleet.BeginConverge(service);
        fleet.Turn();
        fleet.Advance(service.Stop.GracePeriod);
        Assert.Equal((2, 2), (Deadline.Await(back, "the way back").Counts.Ready, fleet.Snapshot().Workers.Count));
        Assert.Equal(2, fleet.Worker("web@1").Generation);
    }

    [Fact]
    public void Converge_AutostartOff_NoWorkerIsStarted()
    {
        using var fleet = new Supervised();
        var result = fleet.Converge(Given.Sleepers("web", 2) with { Autostart = false });

        Assert.Equal((1, 0, 2), (result.Added, result.Counts.Ready, result.Counts.Workers));
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal((WorkerState.Stopped, null), (worker.State, worker.Pid)));
        fleet.Converge();
        Assert.Empty(fleet.Snapshot().Workers);
    }

    [Fact]
    public void Converge_AutostartTurnedOn_WorkersAreStarted()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 2) with { Autostart = false });
        Assert.Equal(2, fleet.Converge(Given.Sleepers("web", 2)).Counts.Ready);

        // Autostart turned off does not stop running workers.
        Assert.Equal(2, fleet.Converge(Given.Sleepers("web", 2) with { Autostart = false }).Counts.Ready);
        Assert.Empty(fleet.Log.All("exit"));
    }

    [Fact]
    public void Converge_RemovedBeforeTheStart_NoWorkerIsStarted()
    {
        using var fleet = new Supervised();
        Task<ConvergeResult>? settled = null;
        fleet.AtOnce(() =>
        {
            _ = fleet.BeginConverge(Given.Sleepers("web", 20));
            settled = fleet.BeginConverge();
        });

        Assert.Equal(0, Deadline.Await(settled!, "the second change").Counts.Workers);
        Assert.Empty(fleet.Log.All("spawn"));
    }

    [Fact]
    public void Converge_WhileAnotherIsUnsettled_ReplacesIt()
    {
        using var fleet = new Supervised();
        var stuck = fleet.BeginConverge(Given.Listening(Given.Sleepers("web", 1), 8080));
        fleet.Log.Take("loaded", "web@0");

        Assert.Equal(1, fleet.Converge(Given.Sleepers("web", 1).With("sleep", "1000")).Counts.Ready);
        Assert.Equal(1, Deadline.Await(stuck, "the change that was overtaken").Added);
    }

    [Fact]
    public void Converge_WorkerNeverReady_CompletesAtTheTimeout()
    {
        using var fleet = new Supervised();
        var service = Given.Listening(Given.Sleepers("web", 1), 8080) with { Restart = RestartPolicy.Default };
        var settled = fleet.BeginConverge(service);
        fleet.Log.Take("loaded", "web@0");
        fleet.Turn();
        Assert.False(settled.IsCompleted);

        fleet.Advance(service.Readiness.Timeout);
        Assert.Equal("8080", fleet.Log.Take("readiness_timeout", "web@0").Field("REUSEPORT_MISSING"));
        var counts = Deadline.Await(settled, "the end of its try").Counts;
        Assert.Equal((0, 1), (counts.Ready, counts.Backoff));
        Assert.Equal("killed by SIGTERM", fleet.Worker("web@0").LastExit.ToString());
    }

    [Fact]
    public void Converge_SeveralAtOnce_LastOneHoldsAndAllComplete()
    {
        using var fleet = new Supervised();
        Task[] all =
        [
            fleet.BeginConverge(Given.Sleepers("web", 5)),
            fleet.BeginConverge(Given.Sleepers("web", 2), Given.Sleepers("api", 1)),
            fleet.BeginConverge(Given.Sleepers("web", 3).With("sleep", "1000")),
        ];
        foreach (var converge in all) Deadline.Await(converge, "one of several");

        Assert.Equal(["web@0", "web@1", "web@2"], fleet.Snapshot().Workers.Select(worker => worker.Name.ToString()));
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal(WorkerState.Ready, worker.State));
    }
}
