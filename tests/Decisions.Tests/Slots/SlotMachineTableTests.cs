using Reuseportd.Model;
using Reuseportd.Slots;

namespace Decisions.Tests.Slots;

/// <summary>One row for each pair of state and event, also if there is nothing to do.</summary>
public sealed class SlotMachineTableTests
{
    private static readonly TimeSpan Now = TimeSpan.FromSeconds(100);

    private const int Current = 7;

    public static TheoryData<string, string, string, string> Table => new()
    {
        // state, event, next state, actions
        { "stopped", "start", "starting", "spawn 8" },
        { "stopped", "stop", "stopped", "" },
        { "stopped", "restart", "starting", "spawn 8" },
        { "stopped", "launched", "stopped", "" },
        { "stopped", "spawned", "stopping", "send SIGTERM" },
        { "stopped", "spawn-failed", "stopped", "" },
        { "stopped", "no-room", "stopped", "" },
        { "stopped", "room-made", "stopped", "" },
        { "stopped", "serves", "stopped", "" },
        { "stopped", "exited", "stopped", "" },
        { "stopped", "deadline", "stopped", "" },
        { "stopped", "policy", "stopped", "" },
        { "stopped", "reported-ready", "stopped", "" },
        { "stopped", "probe-failed", "stopped", "" },
        { "stopped", "checked", "stopped", "" },
        { "stopped", "missing", "stopped", "" },
        { "stopped", "found-dead", "stopped", "" },
        { "stopped", "tree-ended", "stopped", "" },
        { "stopped", "reset", "stopped", "" },
        { "stopped", "drain", "stopped", "" },
        { "stopped", "replace", "starting", "spawn 8" },
        { "stopped", "drained", "stopped", "" },

        { "queued", "start", "starting", "" },
        { "queued", "stop", "stopped", "" },
        { "queued", "restart", "starting", "" },
        { "queued", "launched", "starting", "" },
        { "queued", "spawned", "starting", "" },
        { "queued", "spawn-failed", "backoff", "" },
        { "queued", "no-room", "waiting", "" },
        { "queued", "room-made", "starting", "" },
        { "queued", "serves", "ready", "" },
        { "queued", "exited", "backoff", "kill-tree 7" },
        { "queued", "deadline", "stopping", "send SIGTERM" },
        { "queued", "policy", "starting", "" },
        { "queued", "reported-ready", "starting", "" },
        { "queued", "probe-failed", "starting", "" },
        { "queued", "checked", "starting", "" },
        { "queued", "missing", "starting", "" },
        { "queued", "found-dead", "starting", "" },
        { "queued", "tree-ended", "starting", "" },
        { "queued", "reset", "starting", "" },
        { "queued", "drain", "stopped", "" },
        { "queued", "replace", "starting", "" },
        { "queued", "drained", "starting", "" },

        { "launching", "start", "starting", "" },
        { "launching", "stop", "stopping", "" },
        { "launching", "restart", "stopping", "" },
        { "launching", "launched", "starting", "" },
        { "launching", "spawned", "starting", "" },
        { "launching", "spawn-failed", "backoff", "" },
        { "launching", "no-room", "waiting", "" },
        { "launching", "room-made", "starting", "" },
        { "launching", "serves", "ready", "" },
        { "launching", "exited", "backoff", "kill-tree 7" },
        { "launching", "deadline", "stopping", "send SIGTERM" },
        { "launching", "policy", "starting", "" },
        { "launching", "reported-ready", "starting", "" },
        { "launching", "probe-failed", "starting", "" },
        { "launching", "checked", "starting", "" },
        { "launching", "missing", "starting", "" },
        { "launching", "found-dead", "starting", "" },
        { "launching", "tree-ended", "starting", "" },
        { "launching", "reset", "starting", "" },
        { "launching", "drain", "stopping", "" },
        { "launching", "replace", "stopping", "" },
        { "launching", "drained", "starting", "" },

        { "starting", "start", "starting", "" },
        { "starting", "stop", "stopping", "send SIGTERM" },
        { "starting", "restart", "stopping", "send SIGTERM" },
        { "starting", "launched", "starting", "" },
        { "starting", "spawned", "starting", "" },
        { "starting", "spawn-failed", "backoff", "" },
        { "starting", "no-room", "waiting", "" },
        { "starting", "room-made", "starting", "" },
        { "starting", "serves", "ready", "" },
        { "starting", "exited", "backoff", "kill-tree 7" },
        { "starting", "deadline", "stopping", "send SIGTERM" },
        { "starting", "policy", "starting", "" },
        { "starting", "reported-ready", "starting", "" },
        { "starting", "probe-failed", "starting", "" },
        { "starting", "checked", "starting", "" },
        { "starting", "missing", "starting", "" },
        { "starting", "found-dead", "starting", "" },
        { "starting", "tree-ended", "starting", "" },
        { "starting", "reset", "starting", "" },
        { "starting", "drain", "stopping", "send SIGTERM" },
        { "starting", "replace", "stopping", "send SIGTERM" },
        { "starting", "drained", "starting", "" },

        { "settling", "start", "starting", "" },
        { "settling", "stop", "stopping", "send SIGTERM" },
        { "settling", "restart", "stopping", "send SIGTERM" },
        { "settling", "launched", "starting", "" },
        { "settling", "spawned", "starting", "check 7" },
        { "settling", "spawn-failed", "backoff", "" },
        { "settling", "no-room", "waiting", "" },
        { "settling", "room-made", "starting", "" },
        { "settling", "serves", "starting", "check 7" },
        { "settling", "exited", "backoff", "kill-tree 7" },
        { "settling", "deadline", "starting", "check 7" },
        { "settling", "policy", "starting", "check 7" },
        { "settling", "reported-ready", "starting", "" },
        { "settling", "probe-failed", "starting", "" },
        { "settling", "checked", "starting", "" },
        { "settling", "missing", "starting", "" },
        { "settling", "found-dead", "starting", "" },
        { "settling", "tree-ended", "starting", "" },
        { "settling", "reset", "starting", "" },
        { "settling", "drain", "stopping", "send SIGTERM" },
        { "settling", "replace", "stopping", "send SIGTERM" },
        { "settling", "drained", "starting", "" },

        { "checked", "start", "starting", "" },
        { "checked", "stop", "stopping", "send SIGTERM" },
        { "checked", "restart", "stopping", "send SIGTERM" },
        { "checked", "launched", "starting", "" },
        { "checked", "spawned", "starting", "" },
        { "checked", "spawn-failed", "backoff", "" },
        { "checked", "no-room", "waiting", "" },
        { "checked", "room-made", "starting", "" },
        { "checked", "serves", "starting", "" },
        { "checked", "exited", "backoff", "kill-tree 7" },
        { "checked", "deadline", "stopping", "send SIGTERM" },
        { "checked", "policy", "starting", "" },
        { "checked", "reported-ready", "starting", "" },
        { "checked", "probe-failed", "starting", "" },
        { "checked", "checked", "ready", "" },
        { "checked", "missing", "starting", "" },
        { "checked", "found-dead", "starting", "" },
        { "checked", "tree-ended", "starting", "" },
        { "checked", "reset", "starting", "" },
        { "checked", "drain", "stopping", "send SIGTERM" },
        { "checked", "replace", "stopping", "send SIGTERM" },
        { "checked", "drained", "starting", "" },

        { "ready", "start", "ready", "" },
        { "ready", "stop", "stopping", "send SIGTERM" },
        { "ready", "restart", "stopping", "send SIGTERM" },
        { "ready", "launched", "ready", "" },
        { "ready", "spawned", "ready", "" },
        { "ready", "spawn-failed", "ready", "" },
        { "ready", "no-room", "ready", "" },
        { "ready", "room-made", "ready", "" },
        { "ready", "serves", "ready", "" },
        { "ready", "exited", "starting", "kill-tree 7, spawn 8" },
        { "ready", "deadline", "ready", "" },
        { "ready", "policy", "ready", "" },
        { "ready", "reported-ready", "ready", "" },
        { "ready", "probe-failed", "ready", "" },
        { "ready", "checked", "ready", "" },
        { "ready", "missing", "ready", "" },
        { "ready", "found-dead", "stopping", "send SIGTERM" },
        { "ready", "tree-ended", "ready", "" },
        { "ready", "reset", "ready", "" },
        { "ready", "drain", "draining", "drain 7" },
        { "ready", "replace", "draining", "drain 7" },
        { "ready", "drained", "ready", "" },

        { "draining", "start", "draining", "" },
        { "draining", "stop", "stopping", "send SIGTERM" },
        { "draining", "restart", "draining", "" },
        { "draining", "launched", "draining", "" },
        { "draining", "spawned", "draining", "" },
        { "draining", "spawn-failed", "draining", "" },
        { "draining", "no-room", "draining", "" },
        { "draining", "room-made", "draining", "" },
        { "draining", "serves", "draining", "" },
        { "draining", "exited", "stopped", "kill-tree 7" },
        { "draining", "deadline", "draining", "release 7" },
        { "draining", "policy", "draining", "" },
        { "draining", "reported-ready", "draining", "" },
        { "draining", "probe-failed", "draining", "" },
        { "draining", "checked", "draining", "" },
        { "draining", "missing", "draining", "" },
        { "draining", "found-dead", "stopping", "send SIGTERM" },
        { "draining", "tree-ended", "draining", "" },
        { "draining", "reset", "draining", "" },
        { "draining", "drain", "draining", "" },
        { "draining", "replace", "draining", "" },
        { "draining", "drained", "stopping", "send SIGTERM" },

        { "over", "start", "draining", "" },
        { "over", "stop", "stopping", "send SIGTERM" },
        { "over", "restart", "draining", "" },
        { "over", "launched", "draining", "" },
        { "over", "spawned", "draining", "" },
        { "over", "spawn-failed", "draining", "" },
        { "over", "no-room", "draining", "" },
        { "over", "room-made", "draining", "" },
        { "over", "serves", "draining", "" },
        { "over", "exited", "stopped", "kill-tree 7" },
        { "over", "deadline", "stopping", "send SIGTERM" },
        { "over", "policy", "draining", "" },
        { "over", "reported-ready", "draining", "" },
        { "over", "probe-failed", "draining", "" },
        { "over", "checked", "draining", "" },
        { "over", "missing", "draining", "" },
        { "over", "found-dead", "stopping", "send SIGTERM" },
        { "over", "tree-ended", "draining", "" },
        { "over", "reset", "draining", "" },
        { "over", "drain", "draining", "" },
        { "over", "replace", "draining", "" },
        { "over", "drained", "stopping", "send SIGTERM" },

        { "stopping", "start", "stopping", "" },
        { "stopping", "stop", "stopping", "" },
        { "stopping", "restart", "stopping", "" },
        { "stopping", "launched", "stopping", "" },
        { "stopping", "spawned", "stopping", "send SIGTERM" },
        { "stopping", "spawn-failed", "stopped", "" },
        { "stopping", "no-room", "stopped", "" },
        { "stopping", "room-made", "stopping", "" },
        { "stopping", "serves", "stopping", "" },
        { "stopping", "exited", "stopped", "kill-tree 7" },
        { "stopping", "deadline", "stopping", "kill-tree 7" },
        { "stopping", "policy", "stopping", "" },
        { "stopping", "reported-ready", "stopping", "" },
        { "stopping", "probe-failed", "stopping", "" },
        { "stopping", "checked", "stopping", "" },
        { "stopping", "missing", "stopping", "" },
        { "stopping", "found-dead", "stopping", "" },
        { "stopping", "tree-ended", "stopping", "" },
        { "stopping", "reset", "stopping", "" },
        { "stopping", "drain", "stopping", "" },
        { "stopping", "replace", "stopping", "" },
        { "stopping", "drained", "stopping", "" },

        { "waiting", "start", "starting", "spawn 8" },
        { "waiting", "stop", "stopped", "" },
        { "waiting", "restart", "starting", "spawn 8" },
        { "waiting", "launched", "waiting", "" },
        { "waiting", "spawned", "waiting", "" },
        { "waiting", "spawn-failed", "waiting", "" },
        { "waiting", "no-room", "waiting", "" },
        { "waiting", "room-made", "starting", "spawn 7" },
        { "waiting", "serves", "waiting", "" },
        { "waiting", "exited", "waiting", "" },
        { "waiting", "deadline", "waiting", "" },
        { "waiting", "policy", "waiting", "" },
        { "waiting", "reported-ready", "waiting", "" },
        { "waiting", "probe-failed", "waiting", "" },
        { "waiting", "checked", "waiting", "" },
        { "waiting", "missing", "waiting", "" },
        { "waiting", "found-dead", "waiting", "" },
        { "waiting", "tree-ended", "waiting", "" },
        { "waiting", "reset", "waiting", "" },
        { "waiting", "drain", "stopped", "" },
        { "waiting", "replace", "starting", "spawn 8" },
        { "waiting", "drained", "waiting", "" },

        { "backoff", "start", "starting", "spawn 8" },
        { "backoff", "stop", "stopped", "" },
        { "backoff", "restart", "starting", "spawn 8" },
        { "backoff", "launched", "backoff", "" },
        { "backoff", "spawned", "backoff", "" },
        { "backoff", "spawn-failed", "backoff", "" },
        { "backoff", "no-room", "backoff", "" },
        { "backoff", "room-made", "backoff", "" },
        { "backoff", "serves", "backoff", "" },
        { "backoff", "exited", "backoff", "" },
        { "backoff", "deadline", "starting", "spawn 8" },
        { "backoff", "policy", "backoff", "" },
        { "backoff", "reported-ready", "backoff", "" },
        { "backoff", "probe-failed", "backoff", "" },
        { "backoff", "checked", "backoff", "" },
        { "backoff", "missing", "backoff", "" },
        { "backoff", "found-dead", "backoff", "" },
        { "backoff", "tree-ended", "backoff", "" },
        { "backoff", "reset", "backoff", "" },
        { "backoff", "drain", "stopped", "" },
        { "backoff", "replace", "starting", "spawn 8" },
        { "backoff", "drained", "backoff", "" },

        { "failed", "start", "starting", "spawn 8" },
        { "failed", "stop", "stopped", "" },
        { "failed", "restart", "starting", "spawn 8" },
        { "failed", "launched", "failed", "" },
        { "failed", "spawned", "failed", "" },
        { "failed", "spawn-failed", "failed", "" },
        { "failed", "no-room", "failed", "" },
        { "failed", "room-made", "failed", "" },
        { "failed", "serves", "failed", "" },
        { "failed", "exited", "failed", "" },
        { "failed", "deadline", "failed", "" },
        { "failed", "policy", "failed", "" },
        { "failed", "reported-ready", "failed", "" },
        { "failed", "probe-failed", "failed", "" },
        { "failed", "checked", "failed", "" },
        { "failed", "missing", "failed", "" },
        { "failed", "found-dead", "failed", "" },
        { "failed", "tree-ended", "failed", "" },
        { "failed", "reset", "stopped", "" },
        { "failed", "drain", "stopped", "" },
        { "failed", "replace", "starting", "spawn 8" },
        { "failed", "drained", "failed", "" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Step_EveryStateAndEvent_HasTheResultOfTheTable(string state, string happened, string next, string actions)
    {
        var slot = Slot.New with { State = Make.State(state, Now), Generation = Current };

        var (after, todo) = SlotMachine.Step(slot, Make.Event(happened, Current), Make.PolicyOf(state), Now, jitter: 0.5);

        Assert.Equal(next, after.State.Word);
        Assert.Equal(actions, Make.Text(todo));
    }

    [Theory]
    [InlineData("starting", "exited", "kill-tree 7")]
    [InlineData("ready", "exited", "kill-tree 7")]
    [InlineData("queued", "spawn-failed", "")]
    public void Step_ReplacementProcessFails_IsNotRetried(string state, string happened, string actions)
    {
        var slot = Slot.New with { State = Make.State(state, Now), Generation = Current };

        var (after, todo) = SlotMachine.Step(
            slot, Make.Event(happened, Current), Make.Policy() with { IsTrial = true }, Now, jitter: 0.5);

        SlotFailure expected = happened == "exited"
            ? new SlotFailure.Ended(ExitStatus.Killed(Signal.Kill))
            : new SlotFailure.NotStarted(new SpawnError("exec", "", Errno.NotFound));
        Assert.Equal(expected, Assert.IsType<SlotState.Failed>(after.State).Failure);
        Assert.Equal(actions, Make.Text(todo));
    }

    [Theory]
    [InlineData("launched")]
    [InlineData("spawned")]
    [InlineData("spawn-failed")]
    [InlineData("no-room")]
    [InlineData("serves")]
    [InlineData("exited")]
    [InlineData("reported-ready")]
    [InlineData("probe-failed")]
    [InlineData("checked")]
    [InlineData("found-dead")]
    public void Step_EventOfAnEarlierGeneration_ChangesNothing(string happened)
    {
        foreach (var state in Make.States)
        {
            var slot = Slot.New with { State = Make.State(state, Now), Generation = Current };
            var (after, todo) = SlotMachine.Step(slot, Make.Event(happened, Current - 1), Make.Policy(), Now, jitter: 0.5);
            Assert.Equal(slot, after);
            Assert.Empty(todo);
        }
    }

    [Fact]
    public void Table_AllPairs_ArePresentOnce()
    {
        var pairs = Table.Select(row => (row.Data.Item1, row.Data.Item2)).ToList();
        Assert.Equal(Make.States.Count * Make.Events.Count, pairs.Distinct().Count());
        Assert.Equal(pairs.Count, pairs.Distinct().Count());
    }
}
