using Reuseportd.Model;
using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>The fleet as values.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public void Snapshot_EveryState_IsShown()
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

        const string failure = "exec /nonexistent/program: ENOENT";
        Assert.Null(late.Pid);
        Assert.StartsWith(failure, late.Detail, StringComparison.Ordinal);
        Assert.InRange(late.NextTry!.Value, snapshot.Now + TimeSpan.FromMinutes(59), snapshot.Now + TimeSpan.FromHours(1));
        Assert.Equal((null, 1), (lost.Pid, lost.Generation));
        Assert.StartsWith(failure, lost.Detail, StringComparison.Ordinal);
        Assert.Equal((null, 0, null), (off.Pid, off.Generation, off.Started));
        Assert.Equal(["Bind", "Listen"], ready.Binds.Select(bind => bind.Kind.ToString()));
        Assert.InRange(ready.Started!.Value, TimeSpan.Zero, snapshot.Now);
        Assert.Equal("waits for at most 30 s for port 8080,8081", starting.Detail);
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
    public void Snapshot_ManyAskedForWhileWorkersStart_EachIsAnswered()
    {
        using var fleet = new Supervised();
        var starting = fleet.BeginConverge(Given.Sleepers("web", 50));
        for (var time = 0; time < 50; time++)
            Assert.Equal(50, fleet.Snapshot().Counts.Workers);
        Assert.Equal(50, Deadline.Await(starting, "the start").Counts.Ready);
    }

    [Fact]
    public void Binds_OfAPortThatIsTaken_ShowTheErrno()
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
        Assert.Equal(["EADDRINUSE"], fleet.Worker("other@0").Binds.Select(bind => bind.Result));
        Assert.Equal(WorkerState.Starting, fleet.Worker("other@0").State);
        var port = fleet.Worker("web@0").Binds[0].Socket!;
        Assert.Equal(
            $"bind {port.Endpoint}: EADDRINUSE; waits for at most 30 s for port {port.Port}", fleet.Worker("other@0").Detail);
    }

    [Fact]
    public void Detail_ProcessEndedByTakenPort_HasFailedBind()
    {
        using var fleet = new Supervised();
        var line = Lines.Bind(8093).Replace("result=ok", "result=EADDRINUSE", StringComparison.Ordinal);
        var service = Given.Listening(Given.Shell("web", 2, $"echo \"{line}\" >&2; exit 1"), 8093);
        var result = fleet.Converge(service with { Restart = RestartPolicy.Default with { When = RestartWhen.No } });
        Assert.Equal(["web@0", "web@1"], result.NotReady.Select(worker => worker.Name.ToString()));
        const string detail = "bind 127.0.0.1:8093 tcp: EADDRINUSE; exit code 1, and restart policy is 'no'";
        // Its last words may be read after its end.
        Deadline.Until(() => fleet.Snapshot().Workers.All(worker => worker.Detail == detail), "the bind is known");
        Assert.Equal(["EADDRINUSE"], fleet.Worker("web@0").Binds.Select(bind => bind.Result));
    }

    /// <summary>What is known does not go away because it is tried once more.</summary>
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
        // Its last words may be read after its end.
        Deadline.Until(() => fleet.Worker("web@0").Attempt is not null, "the last try is known");

        var worker = fleet.Worker("web@0");
        Assert.Equal((WorkerState.Starting, AttemptKind.LastTry), (worker.State, worker.Attempt?.Kind));
        Assert.Null(worker.FailedBind);
        Assert.Equal("EADDRINUSE", worker.Attempt!.Process.FailedBind?.Result);
    }

    /// <summary>Its last words may be read after its slot has gone.</summary>
    [Fact]
    public void Attempt_FailedReplacement_HasItsBinds()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1));
        var line = Lines.Bind(8093).Replace("result=ok", "result=EADDRINUSE", StringComparison.Ordinal);
        fleet.Converge(Given.Listening(Given.Shell("web", 1, $"echo \"{line}\" >&2; exit 1"), 8093));

        const string words = "not replaced: bind 127.0.0.1:8093 tcp: EADDRINUSE; exit code 1";
        Deadline.Until(() => fleet.Worker("web@0").Detail == words, "the bind is known");
        var attempt = fleet.Worker("web@0").Attempt!;
        Assert.Equal(
            (AttemptKind.Failed, new UpdateRemedy("web", RemedyVerb.Apply, NeedsStart: false, CanStopFirst: true)),
            (attempt.Kind, attempt.Remedy));
        Assert.Equal("8093", attempt.Process.Ports.ToString());
        fleet.Ask(new FleetCommand.Stop(), "web");
        Assert.Null(fleet.Worker("web@0").Attempt);
    }

    [Fact]
    public void Detail_StartFailed_HasNothingOfFormerProcess()
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
        Assert.StartsWith("exec /nonexistent/program: ENOENT", fleet.Worker("web@0").Detail, StringComparison.Ordinal);
        Assert.Empty(fleet.Worker("web@0").Binds);
    }

    [Fact]
    public void Detail_WorkerBoundOtherPort_NamesBothPorts()
    {
        using var fleet = new Supervised();
        var (address, port) = Given.Socket();
        var meant = Given.Socket().Port;
        var service = Given.Listening(Given.Service("web", 1, Checkout.Worker("binds"), $"tcp4,{address},{port}"), meant);
        _ = fleet.BeginConverge(service with { Restart = RestartPolicy.Default with { When = RestartWhen.No } });
        Deadline.Until(
            () => fleet.Worker("web@0").Detail == $"waits for at most 30 s for port {meant}, bound {port}", "the bind is known");
        fleet.Advance(ReadinessSpec.DefaultTimeout);
        fleet.Log.Take("failed", "web@0");
        Assert.Equal($"not ready in time: port {meant} missing, bound {port}", fleet.Worker("web@0").Detail);
    }

    [Fact]
    public void Detail_ReadyWithoutLibrary_HasReason()
    {
        using var fleet = new Supervised();
        var program = Checkout.Worker("binds-static");
        var (address, port) = Given.Socket();
        fleet.Converge(Given.Service("web", 1, program, $"tcp4,{address},{port}"));
        fleet.Advance(TimeSpan.FromSeconds(3));
        fleet.Log.Take("no_preload", "web@0");
        Assert.Equal(
            (WorkerState.Ready, $"no line from the preload library: statically linked: {program}"),
            (fleet.Worker("web@0").State, fleet.Worker("web@0").Detail));
    }
}
