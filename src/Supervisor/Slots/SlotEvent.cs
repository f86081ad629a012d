using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <summary>
/// What can happen to a slot. Events of a process carry its generation; those of an earlier one change nothing.
/// </summary>
internal abstract record SlotEvent
{
    private SlotEvent() { }

    internal sealed record StartRequested : SlotEvent;

    internal sealed record StopRequested : SlotEvent;

    /// <summary>End the process, if there is one, and start anew.</summary>
    internal sealed record RestartRequested : SlotEvent;

    /// <summary>Forget that it failed, and how often: it is as after a stop, and its retries count from the first.</summary>
    internal sealed record ResetRequested : SlotEvent;

    /// <summary>
    /// As <see cref="StopRequested"/> or <see cref="RestartRequested"/>, but a process that serves may end what it has begun.
    /// </summary>
    /// <param name="Then">What follows its end.</param>
    internal sealed record DrainRequested(AfterStop Then) : SlotEvent;

    /// <summary>The process has nothing left to serve.</summary>
    internal sealed record Drained(int Generation) : SlotEvent;

    /// <summary>The start had its turn: <see cref="Spawned"/> or <see cref="SpawnFailed"/> is sure to follow.</summary>
    internal sealed record Launched(int Generation) : SlotEvent;

    internal sealed record Spawned(int Generation) : SlotEvent;

    internal sealed record SpawnFailed(int Generation, string Reason) : SlotEvent;

    /// <summary>A limit has no room for the process.</summary>
    /// <param name="Limit">Which, for people.</param>
    internal sealed record NoRoom(int Generation, string Limit) : SlotEvent;

    /// <summary>There may be room for the process of a slot that waits.</summary>
    internal sealed record RoomMade : SlotEvent;

    /// <summary>A sharded socket of the process listens (UDP: is bound) on <paramref name="Port"/>.</summary>
    internal sealed record Serves(int Generation, int Port) : SlotEvent;

    /// <summary>The process said that it is ready, or answered the probe that its readiness goes by.</summary>
    internal sealed record ReportedReady(int Generation) : SlotEvent;

    /// <summary>The process failed the probe that its readiness goes by.</summary>
    internal sealed record ProbeFailed(int Generation) : SlotEvent;

    /// <summary>The ports that the process serves, as <see cref="SlotAction.Check"/> asked.</summary>
    /// <param name="Ports">Null where nobody can tell.</param>
    internal sealed record Checked(int Generation, ValueList<int>? Ports) : SlotEvent;

    /// <summary>The process lives and answers no more, after it was ready.</summary>
    internal sealed record FoundDead(int Generation, string Reason) : SlotEvent;

    internal sealed record Exited(int Generation, ExitStatus Status) : SlotEvent;

    /// <summary>Nothing is left of an earlier process whose tree was to be killed after its end; once for each.</summary>
    internal sealed record TreeEnded : SlotEvent;

    /// <summary>The policy of the step is another than that of the last one.</summary>
    internal sealed record PolicyChanged : SlotEvent;

    /// <summary>The <see cref="SlotState.Deadline"/> of the present state has come.</summary>
    internal sealed record DeadlinePassed : SlotEvent
    {
        /// <summary>What the newest probe of one that starts failed at; null where none has answered, or none is asked.</summary>
        public string? ProbeFailure { get; init; }
    }
}
