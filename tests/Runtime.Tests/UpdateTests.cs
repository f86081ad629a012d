using Reuseportd.Diagnosis;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Planned restarts: who is started and stopped when, and what a bad one leaves as it was.</summary>
public sealed class UpdateTests
{
    private static readonly UpdateSpec Paused = UpdateSpec.Default with { FailureAction = UpdateFailureAction.Pause };

    [Fact]
    public void Restart_StartFirst_EachIsReadyBeforeItsFormerIsAskedToEnd()
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
        // Of each worker: its second process is ready, and then the first one is told to stop. At no time are there more than one
        // beyond three.
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
    public void Restart_StopFirst_NoTwoAreAwayAtOneTime()
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

    /// <summary>What the old process was started as holds until it has ended.</summary>
    [Fact]
    public void Apply_StopFirstWithAnotherStopSignal_TheOldProcessGetsItsOwn()
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
    public void Apply_NewProcessNeverGetsReady_TheOldOnesServeOnAndTheServiceGoesBack()
    {
        using var fleet = new Supervised();
        var good = Given.Sleepers("web", 3);
        fleet.Converge(good);
        var before = Pids(fleet);
        var result = fleet.Converge(good.With("/bin/sh", "-c", "exit 3") with { Readiness = Never });

        Assert.Equal(before, Pids(fleet));
        Assert.Equal(3, result.NotReady.Count);
        Assert.Contains(result.NotReady, worker => worker.Detail!.Contains("exit code 3", StringComparison.Ordinal));
        Assert.Contains(
            "web@0: exit code 3", fleet.Log.Take("update_failed").Field("REUSEPORT_REASON"), StringComparison.Ordinal);
        Assert.Equal(4, fleet.Log.All("spawn").Length);
        // A crash now is answered by what served.
        fleet.Advance(TimeSpan.FromSeconds(2));
        Supervised.Kill(before[1]!.Value);
        Deadline.Until(
            () => fleet.Worker("web@1") is { State: WorkerState.Ready, Pid: var pid } && pid != before[1],
            "the old one is there again");
    }

    [Fact]
    public void Apply_SecondNewProcessFails_TheFirstGoesBackToo()
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

        // Its file is put right, which changes nothing.
        Assert.Contains(after, worker => worker.Detail is not null);
        fleet.Converge(good);
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Null(worker.Detail));
    }

    [Fact]
    public void Apply_FailsAndIsToPause_StaysWhereItIsUntilItIsMended()
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
        Assert.StartsWith("web@1: exit code 3", UpdateWords.Of(update.Failure!), StringComparison.Ordinal);
        // What is half way is not done because there is no more to change.
        var again = fleet.Converge(
            good.With("/bin/sh", "-c", "test $REUSEPORT_WORKER = 0 && exec sleep 1000; exit 3") with { Readiness = InASecond });
        Assert.Equal((0, 1), (again.Changed, again.NotReady.Count));
        // One more is what serves, not what failed; and waits to be replaced with the other.
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
    public void Restart_AfterAReplacementThatFailed_NoGenerationIsGivenTwice()
    {
        using var fleet = new Supervised();
        var good = Given.Sleepers("web", 1) with { Update = Paused, Readiness = InASecond };
        fleet.Converge(good);
        fleet.Converge(good.With("/bin/sh", "-c", "exit 3"));
        // The replacement was the second; the worker's own process ends only now.
        Assert.Equal(1, fleet.Worker("web@0").Generation);
        Supervised.Kill(fleet.Worker("web@0").Pid!.Value);
        Deadline.Until(() => fleet.Worker("web@0").Generation > 1, "it is started anew");
        Assert.Equal(3, fleet.Worker("web@0").Generation);
    }

    [Fact]
    public void Restart_OldOneDiesMeanwhile_TheNewOneTakesItsPlace()
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
    public void Stop_WhileItIsReplaced_NothingIsLeft()
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
    public void Scale_DuringAnUpdate_WorkersThatGoAreNotReplaced()
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
    public void Rollback_AfterAnUpdate_TheFormerOneRunsAgain()
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
        var service = Given.Sleepers("web", 3) with { Readiness = InASecond };
        fleet.Converge(service);
        Assert.All(
            fleet.Ask(new FleetCommand.Pause(), "web").Workers,
            worker => Assert.Equal(
                (false, true, new CommandObstacle.NoUpdate()), (worker.Ok, worker.IsUntouched, worker.Obstacle)));
        var update = fleet.BeginConverge(service.With("sleep", "2000"));
        fleet.Log.Take("spawn", 4);
        fleet.Ask(new FleetCommand.Pause(), "web");
        Deadline.Await(update, "the update has settled");
        Assert.Equal([2, 1, 1], fleet.Snapshot().Workers.Select(worker => worker.Generation));
        Assert.All(
            fleet.Ask(new FleetCommand.Pause(), "web").Workers,
            worker => Assert.Equal(
                (false, true, "the rolling restart is already paused"), (worker.Ok, worker.IsUntouched, worker.Detail)));

        Assert.All(fleet.Ask(new FleetCommand.Resume(), "web").Workers, worker => Assert.True(worker.Ok, worker.Detail));
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal("sleep\02000\0", OwnProcess.CommandOf(worker.Pid)));
    }

    /// <summary>What is half way goes on, and is no failure of who asked for the pause.</summary>
    [Fact]
    public void PauseResumeAndRollback_NotWaitedFor_AreTaken()
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
        new ReadinessSpec.Delay(TimeSpan.FromMilliseconds(300), ReadinessSpec.DefaultTimeout);

    private static int?[] Pids(Supervised fleet) => [.. fleet.Snapshot().Workers.Select(worker => worker.Pid)];
}
