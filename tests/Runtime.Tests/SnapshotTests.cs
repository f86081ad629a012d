using Reuseportd.Linux.Preload;
using Reuseportd.Model;
using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Snapshots of the fleet have facts; Diagnosis makes texts of them.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public void Snapshot_EachState_IsInIt()
    {
        using var fleet = new Supervised();
        var hour = RestartPolicy.Default with { Delay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1), Jitter = 0 };
        _ = fleet.BeginConverge(
            Given.Sleepers("off", 1) with { Autostart = false },
            Given.Server("ready", 1),
            Given.Listening(Given.Sleepers("starting", 1), 8080, 8081),
            Given.Service("late", 1, "/nonexistent/program") with { Restart = hour },
            Given.Service("lost", 1, "/nonexistent/program") with { Restart = hour with { When = RestartWhen.No } });
        fleet.Log.Take("ready", "ready@0");
        fleet.Log.Take("loaded", "starting@0");
        fleet.Log.Take("failed", "lost@0");
        fleet.Log.Take("backoff", "late@0");

        var snapshot = fleet.Snapshot();
        Assert.Equal(
            ["late@0", "lost@0", "off@0", "ready@0", "starting@0"], snapshot.Workers.Select(worker => worker.Name.ToString()));
        Assert.Equal(
            [WorkerState.Backoff, WorkerState.Failed, WorkerState.Stopped, WorkerState.Ready, WorkerState.Starting],
            snapshot.Workers.Select(worker => worker.State));
        var (late, lost, off, ready, starting) = (
            snapshot.Workers[0], snapshot.Workers[1], snapshot.Workers[2], snapshot.Workers[3], snapshot.Workers[4]);

        Assert.All([late, lost], AssertNotFound);
        Assert.Null(late.Pid);
        Assert.InRange(late.NextTry!.Value, snapshot.Now + TimeSpan.FromMinutes(59), snapshot.Now + TimeSpan.FromHours(1));
        Assert.Equal((null, 1), (lost.Pid, lost.Generation));
        Assert.Equal((null, 0, null), (off.Pid, off.Generation, off.Started));
        Assert.Equal(["Bind", "Listen"], ready.Binds.Select(bind => bind.Kind.ToString()));
        Assert.InRange(ready.Started!.Value, TimeSpan.Zero, snapshot.Now);
        var waits = Assert.IsType<StateReason.WaitsForPorts>(starting.Reason);
        Assert.Equal(("8080,8081", ReadinessSpec.DefaultTimeout), (waits.Coverage.Missing, waits.AtMost));
        Assert.Equal(
            (5, 1, 1, 1, 1),
            (
                snapshot.Counts.Workers, snapshot.Counts.Ready, snapshot.Counts.Starting, snapshot.Counts.Backoff,
                snapshot.Counts.Failed));
    }

    [Fact]
    public void Counts_WorkersChange_AreReported()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 3));
        fleet.Turn();
        Assert.Equal((3, 3), (fleet.Counts.Workers, fleet.Counts.Ready));
        fleet.Converge();
        fleet.Turn();
        Assert.Equal(default, fleet.Counts);
    }

    [Fact]
    public void Snapshot_ManyRequestsWhileWorkersStart_EachIsAnswered()
    {
        using var fleet = new Supervised();
        var starting = fleet.BeginConverge(Given.Sleepers("web", 50));
        for (var time = 0; time < 50; time++)
            Assert.Equal(50, fleet.Snapshot().Counts.Workers);
        Assert.Equal(50, Deadline.Await(starting, "the start").Counts.Ready);
    }

    [Fact]
    public void Binds_TakenPort_HaveTheErrno()
    {
        using var fleet = new Supervised();
        var service = Given.Server("web", 1);
        var alone = service with
        {
            Process = service.Process with { Reuseport = service.Process.Reuseport with { ReusePort = OptionSetting.Clear } },
        };
        fleet.Converge(alone);
        _ = fleet.BeginConverge(alone, alone with { Name = "other" });
        Deadline.Until(() => fleet.Worker("other@0").Binds.Count > 0, "the bind is known");
        var other = fleet.Worker("other@0");
        Assert.Equal(["EADDRINUSE"], other.Binds.Select(bind => bind.Result));
        Assert.Equal(WorkerState.Starting, other.State);
        Assert.Equal(
            (OutcomeKind.Bind, "EADDRINUSE", fleet.Worker("web@0").Binds[0].Socket!.Endpoint),
            (other.FailedBind!.Kind, other.FailedBind.Result, other.FailedBind.Socket!.Endpoint));
        Assert.IsType<StateReason.WaitsForPorts>(other.Reason);
    }

    [Fact]
    public void FailedBind_ProcessEndedByTakenPort_IsKept()
    {
        using var fleet = new Supervised();
        var line = Lines.Bind(8093).Replace("result=ok", "result=EADDRINUSE", StringComparison.Ordinal);
        var service = Given.Listening(Given.Shell("web", 2, $"echo \"{line}\" >&2; exit 1"), 8093);
        var result = fleet.Converge(service with { Restart = RestartPolicy.Default with { When = RestartWhen.No } });
        Assert.Equal(["web@0", "web@1"], result.NotReady.Select(worker => worker.Name.ToString()));
        // The daemon may read the last output of a process after its end.
        Deadline.Until(() => fleet.Snapshot().Workers.All(worker => worker.FailedBind is not null), "the bind is known");
        Assert.All(fleet.Snapshot().Workers, worker =>
        {
            Assert.Equal((8093, "EADDRINUSE"), (worker.FailedBind!.Socket!.Port, worker.FailedBind.Result));
            Assert.Equal(new SlotFailure.EndedForGood(ExitStatus.Exited(1)), worker.Failure);
        });
        Assert.Equal(["EADDRINUSE"], fleet.Worker("web@0").Binds.Select(bind => bind.Result));
    }

    /// <summary>The facts of a failed process stay until the next process binds a socket.</summary>
    [Fact]
    public void Attempt_WorkerRetries_IsTheLastTryUntilNextBind()
    {
        using var fleet = new Supervised();
        using var folder = new TemporaryFolder();
        var line = Lines.Bind(8093).Replace("result=ok", "result=EADDRINUSE", StringComparison.Ordinal);
        var script = $"test -e {folder["tried"]} && exec sleep 1000; touch {folder["tried"]}; echo \"{line}\" >&2; exit 1";
        _ = fleet.BeginConverge(Given.Listening(Given.Shell("web", 1, script), 8093));
        fleet.Log.Take("backoff");
        fleet.Log.Take("spawn", 2);
        // The daemon may read the last output of a process after its end.
        Deadline.Until(() => fleet.Worker("web@0").Attempt is not null, "the last try is known");

        var worker = fleet.Worker("web@0");
        Assert.Equal((WorkerState.Starting, AttemptKind.LastTry), (worker.State, worker.Attempt?.Kind));
        Assert.Null(worker.FailedBind);
        Assert.Equal("EADDRINUSE", worker.Attempt!.Process.FailedBind?.Result);
    }

    /// <summary>The daemon may read the last output of the replacement after the removal of its slot.</summary>
    [Fact]
    public void Attempt_FailedReplacement_HasItsBinds()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1));
        var line = Lines.Bind(8093).Replace("result=ok", "result=EADDRINUSE", StringComparison.Ordinal);
        fleet.Converge(Given.Listening(Given.Shell("web", 1, $"echo \"{line}\" >&2; exit 1"), 8093));

        Deadline.Until(() => fleet.Worker("web@0").Attempt?.Process.FailedBind is not null, "the bind is known");
        Assert.Equal(new UpdateObstacle.ReplacementFailed(), fleet.Worker("web@0").NotReplaced);
        var attempt = fleet.Worker("web@0").Attempt!;
        Assert.Equal("EADDRINUSE", attempt.Process.FailedBind!.Result);
        Assert.Equal(new SlotFailure.Ended(ExitStatus.Exited(1)), attempt.Process.Failure);
        Assert.Equal(
            (AttemptKind.Failed, new UpdateRemedy("web", RemedyVerb.Apply, NeedsStart: false, CanStopFirst: true)),
            (attempt.Kind, attempt.Remedy));
        Assert.Equal("8093", attempt.Process.Ports.ToString());
        fleet.Ask(new FleetCommand.Stop(), "web");
        Assert.Null(fleet.Worker("web@0").Attempt);
    }

    [Fact]
    public void Binds_StartFailed_HasNoBindOfTheFormerProcess()
    {
        using var fleet = new Supervised();
        var line = Lines.Bind(8093).Replace("result=ok", "result=EADDRINUSE", StringComparison.Ordinal);
        var service = Given.Listening(Given.Shell("web", 1, $"echo \"{line}\" >&2; exit 1"), 8093) with
        {
            Restart = RestartPolicy.Default with { Delay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) },
        };
        fleet.Converge(service);
        Deadline.Until(() => fleet.Worker("web@0").Binds.Count > 0, "the bind is known");
        fleet.Converge(service.With("/nonexistent/program"));
        AssertNotFound(fleet.Worker("web@0"));
        Assert.Null(fleet.Worker("web@0").FailedBind);
        Assert.Empty(fleet.Worker("web@0").Binds);
    }

    [Fact]
    public void Binds_WorkerBoundOtherPort_HasItBesideTheMissingPort()
    {
        using var fleet = new Supervised();
        var (address, port) = Given.Socket();
        var meant = Given.Socket().Port;
        var service = Given.Listening(Given.Service("web", 1, Checkout.Worker("binds"), $"tcp4,{address},{port}"), meant);
        _ = fleet.BeginConverge(service with { Restart = RestartPolicy.Default with { When = RestartWhen.No } });
        Deadline.Until(() => HasOther(fleet.Worker("web@0")), "the bind is known");
        Assert.Equal($"{meant}", Assert.IsType<StateReason.WaitsForPorts>(fleet.Worker("web@0").Reason).Coverage.Missing);
        fleet.Advance(ReadinessSpec.DefaultTimeout);
        fleet.Log.Take("failed", "web@0");
        var failure = Assert.IsType<SlotFailure.NotReady>(fleet.Worker("web@0").Failure);
        Assert.Equal($"{meant}", Assert.IsType<MissingReadiness.Ports>(failure.Missing).Coverage.Missing);
        Assert.True(HasOther(fleet.Worker("web@0")));

        bool HasOther(WorkerSnapshot worker) =>
            worker.Binds.Any(bind => bind is { Succeeded: true, Socket: { Matched: false } socket } && socket.Port == port);
    }

    [Fact]
    public void Silence_ReadyWithoutLibrary_HasReason()
    {
        using var fleet = new Supervised();
        var program = Checkout.Worker("binds-static");
        var (address, port) = Given.Socket();
        fleet.Converge(Given.Service("web", 1, program, $"tcp4,{address},{port}"));
        fleet.Advance(TimeSpan.FromSeconds(3));
        fleet.Log.Take("no_preload", "web@0");
        Assert.Equal(
            (WorkerState.Ready, new PreloadDiagnosis(PreloadReason.StaticallyLinked, program)),
            (fleet.Worker("web@0").State, fleet.Worker("web@0").Silence));
    }

    private static void AssertNotFound(WorkerSnapshot worker)
    {
        var error = worker.SpawnError!;
        Assert.Equal(("exec", "/nonexistent/program", Errno.NotFound), (error.Step, error.Value, error.Errno));
    }
}
