using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Rolling restarts: the order of starts and stops, and the state after a failure.</summary>
public sealed class UpdateTests
{
    private static readonly UpdateSpec Paused = UpdateSpec.Default with { FailureAction = UpdateFailureAction.Pause };

    [Fact]
    public void Restart_StartFirst_NewProcessIsReadyBeforeTheOldOneStops()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Server("web", 3));
        var before = Pids(fleet);
        var result = fleet.Ask(new FleetCommand.Restart(), "web");

        Assert.All(result.Workers, worker => Assert.True(worker.Ok, worker.Detail));
        Assert.Empty(before.Intersect(Pids(fleet)));
        Assert.All(
            fleet.Snapshot().Workers,
            worker => Assert.Equal((WorkerState.Ready, 2, 0), (worker.State, worker.Generation, worker.Restarts)));
        // For each worker, the second process is ready before the stop of the first. At most one process exists beyond three.
        var running = 0;
        foreach (var happened in fleet.Log.All())
        {
            running += happened.Kind switch { "spawn" => 1, "exit" => -1, _ => 0 };
            Assert.InRange(running, 0, 4);
        }

        foreach (var name in (string[])["web@0", "web@1", "web@2"])
        {
            Assert.Equal(
                ["ready", "ready", "drain", "stop"],
                fleet.Log.All().Where(happened => happened.Worker == name && happened.Kind is ("ready" or "drain" or "stop"))
                    .Select(happened => happened.Kind));
        }
    }

    [Fact]
    public void Restart_StopFirst_AtMostOneWorkerIsUnready()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Server("web", 3) with { Update = Given.StopFirst });
        fleet.Ask(new FleetCommand.Restart(), "web");

        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal((WorkerState.Ready, 2), (worker.State, worker.Generation)));
        var ready = 0;
        var least = int.MaxValue;
        foreach (var happened in fleet.Log.All())
        {
            ready += happened.Kind switch { "ready" => 1, "drain" => -1, _ => 0 };
            if (happened.Kind == "drain") least = Math.Min(least, ready);
            Assert.InRange(ready, 0, 3);
        }

        Assert.Equal(2, least);
    }

    /// <summary>The specification of the old process applies until its end.</summary>
    [Fact]
    public void Apply_StopFirstWithAnotherStopSignal_OldProcessGetsItsFormerSignal()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 2) with
        {
            Update = Given.StopFirst, Stop = StopSpec.Default with { Signal = Signal.Hup },
        };
        fleet.Converge(service);
        fleet.Converge(service.With("sleep", "2000") with { Stop = StopSpec.Default });

        Assert.Equal(2, fleet.Log.All("exit").Length);
        Assert.All(fleet.Log.All("exit"), exit => Assert.Contains("SIGHUP", exit.ToString(), StringComparison.Ordinal));
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal("sleep\02000\0", OwnProcess.CommandOf(worker.Pid)));
    }

    [Fact]
    public void Apply_NewProcessIsNeverReady_OldOnesServeOnAndTheServiceIsRolledBack()
    {
        using var fleet = new Supervised();
        var good = Given.Sleepers("web", 3);
        fleet.Converge(good);
        var before = Pids(fleet);
        var result = fleet.Converge(good.With("/bin/sh", "-c", "exit 3") with { Readiness = Never });

        Assert.Equal(before, Pids(fleet));
        Assert.Equal(3, result.NotReady.Count);
        Assert.Equal(
            (new WorkerName("web", 0), new SlotFailure.Ended(ExitStatus.Exited(3))),
            Assert.Single(
                result.NotReady.Select(worker => (worker.Name, worker.Attempt?.Process.Failure)),
                failed => failed.Failure is not null));
        fleet.Log.Take("update_failed");
        Assert.Equal(4, fleet.Log.All("spawn").Length);
        // After a crash now, the daemon starts the former version.
        fleet.Advance(TimeSpan.FromSeconds(2));
        Supervised.Kill(before[1]!.Value);
        Deadline.Until(
            () => fleet.Worker("web@1") is { State: WorkerState.Ready, Pid: var pid } && pid != before[1],
            "the old one is there again");
    }

    [Fact]
    public void Apply_SecondNewProcessFails_FirstIsRolledBack()
    {
        using var fleet = new Supervised();
        var good = Given.Sleepers("web", 2);
        fleet.Converge(good);
        var before = Pids(fleet);
        var result = fleet.Converge(
            good.With("/bin/sh", "-c", "test $REUSEPORT_WORKER = 0 && exec sleep 1000; exit 3") with { Readiness = InASecond });
        fleet.Log.Take("update_failed");
        Assert.Equal(("web", 0), (Assert.Single(result.RolledBack), result.Changed));

        var after = fleet.Snapshot().Workers;
        Assert.Equal(before[1], after[1].Pid);
        Assert.Equal((WorkerState.Ready, 3), (after[0].State, after[0].Generation));
        Assert.Equal("sleep\0infinity\0", OwnProcess.CommandOf(after[0].Pid));

        // An apply of the corrected file changes nothing.
        Assert.Contains(after, worker => worker.NotReplaced is not null);
        fleet.Converge(good);
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Null(worker.NotReplaced));
    }

    [Fact]
    public void Apply_FailsWithOnFailurePause_IsPausedUntilTheNextApply()
    {
        using var fleet = new Supervised();
        var good = Given.Sleepers("web", 2) with { Update = Paused };
        fleet.Converge(good);
        var before = Pids(fleet);
        fleet.Converge(
            good.With("/bin/sh", "-c", "test $REUSEPORT_WORKER = 0 && exec sleep 1000; exit 3") with { Readiness = InASecond });
        var paused = fleet.Snapshot().Workers;
        Assert.Equal((2, before[1]), (paused[0].Generation, paused[1].Pid));
        Assert.True(Assert.Single(fleet.Snapshot().Services).IsPaused);
        var update = Assert.Single(fleet.Snapshot().Services).Update;
        Assert.Equal((1, 2, true, false), (update!.Done, update.Count, update.IsPaused, update.IsRollback));
        var stop = Assert.IsType<UpdateStop.ReplacementFailed>(update.Failure);
        Assert.Equal(
            (new WorkerName("web", 1), new SlotFailure.Ended(ExitStatus.Exited(3))), (stop.Worker, stop.Process.Failure));
        // The paused update remains if an apply has no further change.
        var again = fleet.Converge(
            good.With("/bin/sh", "-c", "test $REUSEPORT_WORKER = 0 && exec sleep 1000; exit 3") with { Readiness = InASecond });
        Assert.Equal((0, 1), (again.Changed, again.NotReady.Count));
        // An added worker has the version that serves, and waits for its replacement like the others.
        Assert.All(fleet.Ask(new FleetCommand.Scale(3), "web").Workers.Skip(2), worker => Assert.True(worker.Ok, worker.Detail));
        Assert.Equal("sleep\0infinity\0", OwnProcess.CommandOf(fleet.Worker("web@2").Pid));

        fleet.Converge(good.With("sleep", "2000"));
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal("sleep\02000\0", OwnProcess.CommandOf(worker.Pid)));
        Assert.Null(Assert.Single(fleet.Snapshot().Services).Update);
    }

    [Fact]
    public void Apply_DuringUpdate_NewestVersionRuns()
    {
        using var fleet = new Supervised();
        var first = Given.Sleepers("web", 3);
        fleet.Converge(first);
        var second = fleet.BeginConverge(first.With("sleep", "2000") with { Readiness = Never });
        fleet.Log.Take("update");
        fleet.Log.Take("spawn", 4);
        fleet.Converge(first.With("sleep", "3000"));

        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal("sleep\03000\0", OwnProcess.CommandOf(worker.Pid)));
        Deadline.Await(second, "the former one is answered");
        Assert.Equal(3, fleet.Counts.Ready);
    }

    [Fact]
    public void Restart_AfterAFailedReplacement_NoGenerationIsUsedTwice()
    {
        using var fleet = new Supervised();
        var good = Given.Sleepers("web", 1) with { Update = Paused, Readiness = InASecond };
        fleet.Converge(good);
        fleet.Converge(good.With("/bin/sh", "-c", "exit 3"));
        // The failed replacement had generation 2. The worker's own process ends only now.
        Assert.Equal(1, fleet.Worker("web@0").Generation);
        Supervised.Kill(fleet.Worker("web@0").Pid!.Value);
        Deadline.Until(() => fleet.Worker("web@0").Generation > 1, "it is started anew");
        Assert.Equal(3, fleet.Worker("web@0").Generation);
    }

    [Fact]
    public void Restart_OldProcessDiesDuringTheUpdate_NewOneTakesItsPlace()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1) with { Readiness = InASecond });
        var old = fleet.Worker("web@0").Pid!.Value;
        var restart = fleet.BeginAsk(new FleetCommand.Restart(), "web");
        fleet.Log.Take("spawn");
        var next = fleet.Log.Take("spawn").Pid;
        Supervised.Kill(old);
        Deadline.Await(restart, "the restart is done");

        var worker = fleet.Worker("web@0");
        Assert.Equal((WorkerState.Ready, next, 2), (worker.State, worker.Pid, worker.Generation));
        Assert.Equal([next], OwnProcess.Children());
    }

    [Fact]
    public void Stop_DuringTheReplacement_NoProcessIsLeft()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 2);
        fleet.Converge(service);
        var second = fleet.BeginConverge(service.With("sleep", "2000") with { Readiness = Never });
        fleet.Log.Take("spawn", 3);
        fleet.Ask(new FleetCommand.Stop(), "web");

        Deadline.Await(second, "the update is answered");
        Deadline.Until(() => OwnProcess.Children().Length == 0, "nothing is left");
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal(WorkerState.Stopped, worker.State));
    }

    [Fact]
    public void Scale_DuringAnUpdate_RemovedWorkersAreNotReplaced()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 4) with { Readiness = InASecond };
        fleet.Converge(service);
        var restart = fleet.BeginAsk(new FleetCommand.Restart(), "web");
        fleet.Log.Take("spawn", 5);
        fleet.Ask(new FleetCommand.Scale(2), "web");
        Deadline.Await(restart, "the restart is done");

        Assert.Equal(2, fleet.Snapshot().Workers.Count);
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal((WorkerState.Ready, 2), (worker.State, worker.Generation)));
        Deadline.Until(() => OwnProcess.Children().Length == 2, "the others have gone");
    }

    [Fact]
    public void Rollback_AfterAnUpdate_FormerVersionRunsAgain()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 2);
        fleet.Converge(service);
        fleet.Converge(service.With("sleep", "2000"));
        Assert.All(fleet.Ask(new FleetCommand.Rollback(), "web").Workers, worker => Assert.True(worker.Ok, worker.Detail));

        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal("sleep\0infinity\0", OwnProcess.CommandOf(worker.Pid)));
        Assert.All(
            fleet.Ask(new FleetCommand.Rollback(), "web").Workers,
            worker => Assert.Equal((false, new CommandObstacle.NothingToRollBack()), (worker.Ok, worker.Obstacle)));
    }

    [Fact]
    public void Pause_DuringUpdate_RemainingWorkersAreReplacedAfterResume()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 3);
        fleet.Converge(service);
        Assert.All(
            fleet.Ask(new FleetCommand.Pause(), "web").Workers,
            worker => Assert.Equal(
                (false, true, new CommandObstacle.NoUpdate()), (worker.Ok, worker.IsUntouched, worker.Obstacle)));
        var update = fleet.BeginConverge(service.With("sleep", "2000") with { Readiness = InAMinute });
        fleet.Log.Take("spawn", 4);
        var pause = fleet.BeginAsk(new FleetCommand.Pause(), "web");
        fleet.Turn();
        fleet.AwaitMinutes(pause);
        fleet.AwaitMinutes(update);
        Assert.Equal([2, 1, 1], fleet.Snapshot().Workers.Select(worker => worker.Generation));
        Assert.All(
            fleet.Ask(new FleetCommand.Pause(), "web").Workers,
            worker => Assert.Equal(
                (false, true, new CommandObstacle.AlreadyPaused()), (worker.Ok, worker.IsUntouched, worker.Obstacle)));

        var resume = fleet.AwaitMinutes(fleet.BeginAsk(new FleetCommand.Resume(), "web"));
        Assert.All(resume.Workers, worker => Assert.True(worker.Ok, worker.Detail));
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal("sleep\02000\0", OwnProcess.CommandOf(worker.Pid)));
    }

    /// <summary>A replacement that has begun continues; its failure is no failure of the command.</summary>
    [Fact]
    public void PauseResumeAndRollback_WithoutWait_AreAccepted()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 2);
        fleet.Converge(service);
        var update = fleet.BeginConverge(service.With("sleep", "2000") with { Readiness = Never });
        fleet.Log.Take("spawn", 3);
        FleetCommand[] commands = [new FleetCommand.Pause(), new FleetCommand.Resume(), new FleetCommand.Rollback()];
        foreach (var command in commands)
            Assert.All(fleet.Tell(command, "web").Workers, worker => Assert.True(worker.Ok, $"{command.Word}: {worker.Detail}"));
        Assert.All(fleet.Tell(new FleetCommand.Rollback(), "web").Workers, worker => Assert.False(worker.Ok));
        Deadline.Await(update, "the update has come to its end");
    }

    [Fact]
    public void Rollback_PausedUpdate_RestoresFormerVersion()
    {
        using var fleet = new Supervised();
        var good = Given.Sleepers("web", 2) with { Update = Paused };
        fleet.Converge(good);
        fleet.Converge(
            good.With("/bin/sh", "-c", "test $REUSEPORT_WORKER = 0 && exec sleep 1000; exit 3") with { Readiness = InASecond });
        fleet.Ask(new FleetCommand.Rollback(), "web");

        Assert.All(
            fleet.Snapshot().Workers,
            worker => Assert.Equal((WorkerState.Ready, "sleep\0infinity\0"), (worker.State, OwnProcess.CommandOf(worker.Pid))));
    }

    private static ReadinessSpec Never { get; } = new ReadinessSpec.Delay(TimeSpan.FromHours(1), ReadinessSpec.DefaultTimeout);

    private static ReadinessSpec InASecond { get; } =
        new ReadinessSpec.Delay(TimeSpan.FromSeconds(1), ReadinessSpec.DefaultTimeout);

    /// <summary>The time does not pass before the test has acted.</summary>
    private static ReadinessSpec InAMinute { get; } =
        new ReadinessSpec.Delay(TimeSpan.FromMinutes(1), ReadinessSpec.DefaultTimeout);

    private static int?[] Pids(Supervised fleet) => [.. fleet.Snapshot().Workers.Select(worker => worker.Pid)];
}
