using System.Collections.Immutable;
using Reuseportd.Model;
using Reuseportd.Planning.RollingUpdates;

namespace Decisions.Tests.Planning;

/// <summary>The stages of a worker from waiting to done, and the results of a failure.</summary>
public sealed class RollingUpdateProgressTests
{
    private static readonly UpdateSpec StartFirst = UpdateSpec.Default with { MaxSurge = 2 };

    private static readonly UpdateSpec StopFirst =
        UpdateSpec.Default with { Order = UpdateOrder.StopFirst, MaxSurge = 0, MaxUnavailable = 1 };

    private static readonly UpdateFacts Facts = new(StartFirst, Wanted: 4, Ready: 4, IsChanging: false);

    public static TheoryData<string, string, string, bool, string, string> Moves => new()
    {
        // stage, own process, process in the replacement slot, wanted -> stage after it, actions
        { "in-place", "Stopped", "", true, "done", "log-replaced 0, release 0" },
        { "in-place", "Starting", "", true, "in-place", "" },
        { "in-place", "Ready", "", true, "in-place", "" },
        { "in-place", "Placed", "", true, "done", "log-replaced 0, release 0" },
        { "in-place", "Draining", "", true, "in-place", "" },
        { "in-place", "Stopping", "", true, "in-place", "" },
        { "in-place", "Down", "", true, "waiting", "process-failed 0, keep 0" },
        { "in-place", "Draining", "", false, "in-place", "" },
        { "in-place", "Stopped", "", false, "done", "log-replaced 0, release 0" },

        { "starting-new", "Placed", "Starting", true, "starting-new", "" },
        { "starting-new", "Placed", "Ready", true, "starting-new", "" },
        { "starting-new", "Placed", "Placed", true, "ending-old", "exchange 0" },
        { "starting-new", "Placed", "Stopping", true, "waiting", "replacement-failed 0, dismiss 0" },
        { "starting-new", "Placed", "Stopped", true, "waiting", "replacement-failed 0, dismiss 0" },
        { "starting-new", "Placed", "Down", true, "waiting", "replacement-failed 0, dismiss 0" },
        { "starting-new", "Down", "Starting", true, "ending-old", "exchange 0" },
        { "starting-new", "Stopping", "Ready", true, "ending-old", "exchange 0" },
        { "starting-new", "Starting", "Placed", true, "ending-old", "exchange 0" },
        { "starting-new", "Down", "Down", true, "waiting", "replacement-failed 0, dismiss 0" },
        { "starting-new", "Draining", "Placed", false, "done", "dismiss 0, renew 0, log-replaced 0, release 0" },
        { "starting-new", "Stopped", "Starting", false, "done", "dismiss 0, renew 0, log-replaced 0, release 0" },

        { "ending-old", "Placed", "Draining", true, "ending-old", "" },
        { "ending-old", "Placed", "Stopping", true, "ending-old", "" },
        { "ending-old", "Placed", "Starting", true, "ending-old", "" },
        { "ending-old", "Placed", "Stopped", true, "done", "dismiss 0, log-replaced 0, release 0" },
        { "ending-old", "Placed", "Down", true, "done", "dismiss 0, log-replaced 0, release 0" },
        { "ending-old", "Placed", "", true, "done", "dismiss 0, log-replaced 0, release 0" },
        { "ending-old", "Starting", "Stopped", true, "in-place", "dismiss 0" },
        { "ending-old", "Down", "Stopped", true, "waiting", "dismiss 0, process-failed 0, keep 0" },
        { "ending-old", "Stopped", "Stopped", false, "done", "dismiss 0, log-replaced 0, release 0" },
    };

    [Theory]
    [MemberData(nameof(Moves))]
    public void Step_WorkerMoved_HasResultOfTable(
        string stage, string own, string other, bool isWanted, string next, string actions)
    {
        var worker = new WorkerCondition(
            0, Enum.Parse<ProcessCondition>(own), other.Length == 0 ? null : Enum.Parse<ProcessCondition>(other), isWanted);
        var update = UpdateTexts.Update("running") with
        {
            Moving = ImmutableSortedDictionary<int, ReplacementStage>.Empty.Add(0, UpdateTexts.Stage(stage)),
        };

        var (after, todo) = RollingUpdate.Step(update, Facts, new UpdateEvent.Moved(worker));

        Assert.Equal((next, actions), (UpdateTexts.Place(after, 0), UpdateTexts.Text(todo)));
        Assert.Equal(next == "waiting" ? "failing" : "running", UpdateTexts.Text(after.Phase));
    }

    [Theory]
    // own process, wanted, other workers that are being replaced -> actions
    [InlineData("Placed", true, 0, "start-replacement 1")]
    [InlineData("Ready", true, 1, "start-replacement 1")]
    [InlineData("Placed", true, 2, "")]
    [InlineData("Placed", false, 2, "renew 1, release 1")]
    [InlineData("Down", true, 2, "restart 1")]
    [InlineData("Starting", true, 2, "restart 1")]
    [InlineData("Draining", false, 0, "renew 1, release 1")]
    public void Step_TurnEndedStartFirst_TakesTheNextWorker(string own, bool isWanted, int moving, string actions)
    {
        var next = new WorkerCondition(1, Enum.Parse<ProcessCondition>(own), null, isWanted);
        var (after, todo) = RollingUpdate.Step(Moving(moving), Facts, new UpdateEvent.TurnEnded(next));
        Assert.Equal(actions, UpdateTexts.Text(todo));
        Assert.Equal(actions.Length == 0, after.Waiting.Contains(1));
    }

    [Theory]
    // ready, other workers that are being replaced, true if a worker is changing -> next phase, actions
    [InlineData(4, 0, false, "running", "replace-in-place 1")]
    [InlineData(3, 1, true, "running", "")]
    [InlineData(3, 0, true, "running", "")]
    [InlineData(3, 0, false, "failing", "3-of-4-ready 1")]
    public void Step_TurnEndedStopFirst_TakesTheNextWorkerIfEnoughAreReady(
        int ready, int moving, bool isChanging, string phase, string actions)
    {
        var facts = new UpdateFacts(StopFirst, Wanted: 4, ready, isChanging);
        var (after, todo) = RollingUpdate.Step(Moving(moving), facts, new UpdateEvent.TurnEnded(UpdateTexts.Serving(1)));
        Assert.Equal((phase, actions), (UpdateTexts.Text(after.Phase), UpdateTexts.Text(todo)));
    }

    [Theory]
    [InlineData("running")]
    [InlineData("paused")]
    public void Step_TurnEndedWithNoWorkerLeft_IsOver(string phase)
    {
        var update = UpdateTexts.Update(phase) with { Waiting = WorkerQueue.Empty, Moving = Moving(0).Moving };
        var (after, todo) = RollingUpdate.Step(update, Facts, new UpdateEvent.TurnEnded(Next: null));
        Assert.Equal(("over", "log-done"), (UpdateTexts.Text(after.Phase), UpdateTexts.Text(todo)));
    }

    [Theory]
    [InlineData(true, "1, 3, 0, 2")]
    [InlineData(false, "0, 2, 1, 3")]
    public void Step_RestartWithStartFirst_TakesReadyWorkersFirst(bool startsFirst, string order)
    {
        var facts = Facts with { Policy = startsFirst ? StartFirst : StopFirst, Ready = 2 };
        WorkerCondition Down(int worker) => UpdateTexts.Serving(worker) with { Own = ProcessCondition.Down };
        var asked = new UpdateEvent.Asked([Down(0), UpdateTexts.Serving(1), Down(2), UpdateTexts.Serving(3)]);
        var (after, _) = RollingUpdate.Step(new UpdateState(), facts, asked);
        Assert.Equal(order, string.Join(", ", after.Waiting));
    }

    [Theory]
    [InlineData("new", "renew-all, restart 4")]
    [InlineData("running", "dismiss 0, release 0, release 1, release 2, renew-all, restart 4")]
    [InlineData("paused", "dismiss 0, release 0, release 1, release 2, renew-all, restart 4")]
    public void Step_RestartWhileNoWorkerIsReady_RestartsAllAtOnce(string phase, string actions)
    {
        var (after, todo) = RollingUpdate.Step(UpdateTexts.Update(phase), Facts with { Ready = 0 }, UpdateTexts.Event("asked"));
        Assert.Equal(("over", actions), (UpdateTexts.Text(after.Phase), UpdateTexts.Text(todo)));
    }

    [Fact]
    public void Step_RollbackWhileNoWorkerIsReady_IsAnUpdate()
    {
        var (after, todo) = RollingUpdate.Step(
            new UpdateState { IsRollback = true }, Facts with { Ready = 0 }, UpdateTexts.Event("asked"));
        Assert.Equal(("running", "log-begun, await 4"), (UpdateTexts.Text(after.Phase), UpdateTexts.Text(todo)));
    }

    [Fact]
    public void Step_RestartWhilePaused_RestartsUnreadyWorkersUnchanged()
    {
        var asked = new UpdateEvent.Asked([UpdateTexts.Serving(3), UpdateTexts.Serving(4) with { Own = ProcessCondition.Down }]);
        var (after, todo) = RollingUpdate.Step(UpdateTexts.Update("paused"), Facts, asked);
        Assert.Equal("postponed 3, release 3, restart-unchanged 4", UpdateTexts.Text(todo));
        Assert.Equal([1, 2, 3, 4], after.Waiting);
        Assert.Empty(after.Done);
    }

    [Fact]
    public void Step_RestartOfAWorkerBeingReplaced_ChangesNothing()
    {
        var asked = new UpdateEvent.Asked([UpdateTexts.Serving(0)]);
        var (after, todo) = RollingUpdate.Step(UpdateTexts.Update("running"), Facts, asked);
        Assert.Equal(("starting-new", ""), (UpdateTexts.Place(after, 0), UpdateTexts.Text(todo)));
    }

    [Theory]
    // change, rollback, failure action -> next phase, last action
    [InlineData(true, false, "Rollback", "rolling-back", "log-failed-rolls-back")]
    [InlineData(true, false, "Pause", "stopped", "log-failed")]
    [InlineData(false, false, "Rollback", "over", "log-failed, detach 0, release 0")]
    [InlineData(false, true, "Rollback", "over", "log-failed, detach 0, release 0")]
    public void Step_FailureAtTheTurnsEnd_RollsBackPausesOrEnds(
        bool isChange, bool isRollback, string onFailure, string phase, string actions)
    {
        var facts = Facts with { Policy = StartFirst with { FailureAction = Enum.Parse<UpdateFailureAction>(onFailure) } };
        var update = UpdateTexts.Update("failing") with
        {
            IsChange = isChange,
            IsRollback = isRollback,
            Waiting = WorkerQueue.Empty.With(1),
            Moving = ImmutableSortedDictionary<int, ReplacementStage>.Empty.Add(0, ReplacementStage.EndingOld),
        };
        var (after, todo) = RollingUpdate.Step(update, facts, new UpdateEvent.TurnEnded(Next: null));
        Assert.Equal((phase, $"update-stopped 1, release 1, {actions}"), (UpdateTexts.Text(after.Phase), UpdateTexts.Text(todo)));
    }

    [Theory]
    // rolled back, change, failure action, phase -> remedy after a stop
    [InlineData(true, true, "Rollback", "running", "ApplyFormerFile")]
    [InlineData(false, false, "Rollback", "running", "Start")]
    [InlineData(false, true, "Rollback", "running", "Apply")]
    [InlineData(false, true, "Pause", "running", "Restart")]
    [InlineData(false, true, "Rollback", "paused", "Restart")]
    public void Step_ReplacementFails_NamesRemedy(
        bool isTakenBack, bool isChange, string onFailure, string phase, string remedy)
    {
        var facts = Facts with { Policy = StartFirst with { FailureAction = Enum.Parse<UpdateFailureAction>(onFailure) } };
        var update = UpdateTexts.Update(phase) with { IsTakenBack = isTakenBack, IsChange = isChange };
        var (_, todo) = RollingUpdate.Step(update, facts, UpdateTexts.Event("failed"));
        var why = Assert.IsType<NotReplaced.ProcessFailed>(todo.OfType<UpdateAction.Explain>().Single().Why);
        Assert.Equal(Enum.Parse<RemedyVerb>(remedy), why.Remedy);
    }

    /// <summary>An update with one waiting worker, 1, and some that are being replaced.</summary>
    private static UpdateState Moving(int count) => UpdateTexts.Update("running") with
    {
        Waiting = WorkerQueue.Empty.With(1),
        Moving = Enumerable.Range(10, count).ToImmutableSortedDictionary(worker => worker, _ => ReplacementStage.EndingOld),
        Done = [],
    };
}
