using CsCheck;
using Reuseportd.Model;
using Reuseportd.Slots;

namespace Decisions.Tests.Slots;

/// <summary>Properties that hold for every order of events.</summary>
public sealed class SlotMachinePropertyTests
{
    /// <summary>Requests, and events of a process. The world below applies only possible events.</summary>
    private static readonly Gen<string[]> Days = Gen.OneOf(
        "start", "stop", "restart", "obey", "made", "not-made", "no-room", "room-made", "crash", "end", "serves", "checked",
        "missing", "deadline", "tree-ended", "drain",
        "replace", "drained").Array[1, 60];

    private static readonly Gen<TimeSpan> Settles = Gen.OneOf(TimeSpan.Zero, Make.Settle);

    [Fact]
    public void Step_AnyOrderOfEvents_NeverHasTwoProcessesAndLosesNone() =>
        Gen.Select(Days, Settles).Sample((day, settle) =>
        {
            var world = new World(settle: settle);
            foreach (var happened in day) world.Live(happened);
        }, iter: Iterations.Times(20_000));

    [Fact]
    public void Step_AnyOrderOfEvents_KeepsRestartsWithinTheWindow() =>
        Days.Sample(day =>
        {
            var world = new World(RestartPolicy.Default with { MaxAttempts = 3 });
            foreach (var happened in day) world.Live(happened);
            Assert.True(world.Life.Slot.Attempts.Count <= 3);
        }, iter: Iterations.Times(5_000));

    /// <summary>At most one process. It ends by a signal or by itself, and its children may outlive it.</summary>
    private sealed class World(RestartPolicy? restart = null, TimeSpan settle = default)
    {
        private int? _process;
        private int? _queued;
        private int? _launching;
        private int _trees;

        public Life Life { get; } = new(
            Make.Policy(restart, new ReadinessSpec.Bind(TimeSpan.FromSeconds(30)) { Settle = settle }), leavesNothing: false);

        public void Live(string happened)
        {
            var before = Life.Slot.State;
            switch (happened)
            {
                case "obey" when _queued is { } generation:
                    _queued = null;
                    // The owner starts a queued process only if the slot still needs it.
                    if (Life.Slot is { State: SlotState.Starting { Phase: StartPhase.Queued } } slot
                        && slot.Generation == generation)
                    {
                        _launching = generation;
                        Apply(new SlotEvent.Launched(generation));
                    }

                    break;
                case "made" when _launching is { } generation:
                    (_launching, _process) = (null, generation);
                    Apply(new SlotEvent.Spawned(generation));
                    break;
                case "not-made" when _launching is { } generation:
                    _launching = null;
                    Apply(new SlotEvent.SpawnFailed(generation, new SpawnError("exec", "", Errno.NotFound)));
                    break;
                case "no-room" when _launching is { } generation:
                    _launching = null;
                    Apply(new SlotEvent.NoRoom(generation, "RLIMIT_NOFILE is 1024"));
                    break;
                case "room-made":
                    Apply(new SlotEvent.RoomMade());
                    break;
                case "crash" or "end" when _process is { } generation:
                    _process = null;
                    Apply(
                        new SlotEvent.Exited(
                            generation, happened == "end" ? ExitStatus.Exited(0) : ExitStatus.Killed(Signal.Kill)));
                    break;
                case "serves" when _process is { } generation:
                    Apply(new SlotEvent.Serves(generation, Make.Port));
                    break;
                case "checked" or "missing" when Life.Slot.State is SlotState.Starting { IsChecked: true }:
                    Apply(Make.Event(happened, Life.Slot.Generation));
                    break;
                case "deadline" when Life.Slot.State.Deadline is { } deadline:
                    Life.Advance(Math.Max(0, (deadline - Life.Now).TotalSeconds));
                    Apply(new SlotEvent.DeadlinePassed());
                    break;
                case "tree-ended" when _trees > 0:
                    _trees--;
                    Apply(new SlotEvent.TreeEnded());
                    break;
                case "drained" when _process is { } generation:
                    Apply(new SlotEvent.Drained(generation));
                    break;
                case "start" or "stop" or "restart" or "drain" or "replace":
                    Apply(Make.Event(happened, Life.Slot.Generation));
                    break;
            }

            var state = Life.Slot.State;
            Assert.Equal(_trees, Life.Slot.TreesEnding);
            if (before is not SlotState.Ready && state is SlotState.Ready) Assert.Equal(0, _trees);
            if (before is SlotState.Starting starting && state is SlotState.Ready && settle > TimeSpan.Zero)
                Assert.True(Life.Now - starting.ServesSince >= settle, "ready before it has settled");
            if (state is SlotState.Starting { IsHeld: true }) Assert.True(_trees > 0, "held back for nothing");
            if (_process is not null || _launching is not null)
                Assert.True(state.HasProcess, $"a process runs while the slot is {state.Word}");
            if (state is SlotState.Ready or SlotState.Draining) Assert.NotNull(_process);
            if (state is SlotState.Stopping) Assert.True(_process is not null || _launching is not null, "nothing is to stop");
            if (state is SlotState.Stopping { KillAt: not null } or SlotState.Backoff
                or SlotState.Starting { Phase: StartPhase.Running, IsHeld: false })
            {
                Assert.NotNull(state.Deadline);
            }
        }

        private void Apply(SlotEvent happened)
        {
            Life.Apply(happened);
            if (happened is SlotEvent.Exited) _trees += Life.Actions.Count(action => action is SlotAction.KillTree);
            foreach (var action in Life.Actions)
            {
                if (action is not SlotAction.Spawn spawn) continue;
                Assert.True(_process is null && _launching is null, "a second process while the first one lives");
                _queued = spawn.Generation;
            }
        }
    }
}
