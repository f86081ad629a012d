using Reuseportd.Model;
using Reuseportd.Slots;

namespace Decisions.Tests.Slots;

/// <summary>States, events and policies by the words that the tables use.</summary>
internal static class Make
{
    public static readonly IReadOnlyList<string> States =
        [
            "stopped", "queued", "launching", "starting", "settling", "checked", "ready", "draining", "over", "stopping",
            "waiting", "backoff", "failed"];

    public static readonly IReadOnlyList<string> Events =
    [
        "start", "stop", "restart", "launched", "spawned", "spawn-failed", "no-room", "room-made", "serves", "exited", "deadline",
        "policy", "reported-ready",
        "probe-failed", "checked", "missing", "found-dead", "tree-ended", "reset", "drain", "replace", "drained",
    ];

    public const int Port = 8080;

    /// <summary>The settle time, in states with one.</summary>
    public static readonly TimeSpan Settle = TimeSpan.FromSeconds(10);

    public static readonly PortFilter Ports = new([new PortRange(Port, Port)]);

    /// <summary>A policy under which the state is possible.</summary>
    public static SlotPolicy PolicyOf(string state) => state is "settling" or "checked"
        ? Policy(readiness: new ReadinessSpec.Bind(TimeSpan.FromSeconds(30)) { Settle = Settle })
        : Policy();

    public static SlotPolicy Policy(
        RestartPolicy? restart = null, ReadinessSpec? readiness = null, StopSpec? stop = null, PortFilter? ports = null) => new(
        readiness ?? new ReadinessSpec.Bind(TimeSpan.FromSeconds(30)),
        ports ?? Ports,
        restart ?? RestartPolicy.Default with { Jitter = 0 },
        stop ?? StopSpec.Default,
        TimeSpan.FromSeconds(30));

    /// <summary>At <paramref name="now"/>, "ready" has lasted for five seconds, and "settling" for the settle time.</summary>
    public static SlotState State(string word, TimeSpan now) => word switch
    {
        "stopped" => new SlotState.Stopped(),
        "queued" => new SlotState.Starting(StartPhase.Queued, now, Due: null, PortCoverage.None(Ports)),
        "launching" => new SlotState.Starting(StartPhase.Launching, now, Due: null, PortCoverage.None(Ports)),
        "starting" => new SlotState.Starting(StartPhase.Running, now, now + TimeSpan.FromSeconds(30), PortCoverage.None(Ports)),
        "settling" => new SlotState.Starting(StartPhase.Running, now - Settle, now, PortCoverage.None(Ports).With(Port))
        {
            ServesSince = now - Settle,
        },
        "checked" => (SlotState.Starting)State("settling", now) with { Due = now + Settle, IsChecked = true },
        "ready" => new SlotState.Ready(now - TimeSpan.FromSeconds(5)),
        "draining" => new SlotState.Draining(now, new AfterStop.Stay()),
        "over" => new SlotState.Draining(now, new AfterStop.Stay(), IsOver: true),
        "stopping" => new SlotState.Stopping(now, new AfterStop.Stay()),
        "waiting" => new SlotState.Waiting("RLIMIT_NOFILE is 1024"),
        "backoff" => new SlotState.Backoff(now, TimeSpan.FromSeconds(1), new SlotFailure.NoRoom("test")),
        "failed" => new SlotState.Failed(new SlotFailure.NoRoom("test")),
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, null),
    };

    public static SlotEvent Event(string word, int generation, ExitStatus? status = null) => word switch
    {
        "start" => new SlotEvent.StartRequested(),
        "stop" => new SlotEvent.StopRequested(),
        "restart" => new SlotEvent.RestartRequested(),
        "launched" => new SlotEvent.Launched(generation),
        "spawned" => new SlotEvent.Spawned(generation),
        "spawn-failed" => new SlotEvent.SpawnFailed(generation, new SpawnError("exec", "", Errno.NotFound)),
        "no-room" => new SlotEvent.NoRoom(generation, "RLIMIT_NOFILE is 1024"),
        "room-made" => new SlotEvent.RoomMade(),
        "serves" => new SlotEvent.Serves(generation, Port),
        "exited" => new SlotEvent.Exited(generation, status ?? ExitStatus.Killed(Signal.Kill)),
        "policy" => new SlotEvent.PolicyChanged(),
        "reported-ready" => new SlotEvent.ReportedReady(generation),
        "probe-failed" => new SlotEvent.ProbeFailed(generation, "no answer"),
        "checked" => new SlotEvent.Checked(generation, [Port]),
        "missing" => new SlotEvent.Checked(generation, (ValueList<int>)[]),
        "found-dead" => new SlotEvent.FoundDead(generation, new SlotFailure.NoAnswer("refused")),
        "tree-ended" => new SlotEvent.TreeEnded(),
        "drain" => new SlotEvent.DrainRequested(new AfterStop.Stay()),
        "replace" => new SlotEvent.DrainRequested(new AfterStop.Restart()),
        "drained" => new SlotEvent.Drained(generation),
        "reset" => new SlotEvent.ResetRequested(),
        "deadline" => new SlotEvent.DeadlinePassed(),
        _ => throw new ArgumentOutOfRangeException(nameof(word), word, null),
    };

    public static string Text(IEnumerable<SlotAction> actions) => string.Join(", ", actions.Select(action => action switch
    {
        SlotAction.Spawn spawn => $"spawn {spawn.Generation}",
        SlotAction.Send send => $"send {send.Signal}",
        SlotAction.Check check => $"check {check.Generation}",
        SlotAction.Drain drain => $"drain {drain.Generation}",
        SlotAction.Release release => $"release {release.Generation}",
        SlotAction.KillTree kill => $"kill-tree {kill.Generation}",
        _ => throw new ArgumentOutOfRangeException(nameof(actions)),
    }));
}
