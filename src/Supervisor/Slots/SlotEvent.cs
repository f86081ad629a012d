using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <summary>
/// An event of a slot. Events of a process carry its generation; events of an earlier generation change nothing.
/// </summary>
internal abstract record SlotEvent
{
    private SlotEvent() { }

    internal sealed record StartRequested : SlotEvent;

    internal sealed record StopRequested : SlotEvent;

    /// <summary>Stop the process, if there is one, and start a new one.</summary>
    internal sealed record RestartRequested : SlotEvent;

    /// <summary>Clear a failure and the counts of retries: a failed slot becomes stopped.</summary>
    internal sealed record ResetRequested : SlotEvent;

    /// <summary>As <see cref="StopRequested"/> or <see cref="RestartRequested"/>, but a ready process is drained first.</summary>
    /// <param name="Then">The step after the process has ended.</param>
    internal sealed record DrainRequested(AfterStop Then) : SlotEvent;

    /// <summary>The process has no connections left.</summary>
    internal sealed record Drained(int Generation) : SlotEvent;

    /// <summary>The start left the queue: <see cref="Spawned"/> or <see cref="SpawnFailed"/> follows.</summary>
    internal sealed record Launched(int Generation) : SlotEvent;

    internal sealed record Spawned(int Generation) : SlotEvent;

    internal sealed record SpawnFailed(int Generation, SpawnError? Error) : SlotEvent;

    /// <summary>A limit has no room for the process.</summary>
    /// <param name="Limit">Description of the limit, for messages.</param>
    internal sealed record NoRoom(int Generation, string Limit) : SlotEvent;

    /// <summary>There may be room for the process of a waiting slot.</summary>
    internal sealed record RoomMade : SlotEvent;

    /// <summary>A sharded socket of the process listens (UDP: is bound) on <paramref name="Port"/>.</summary>
    internal sealed record Serves(int Generation, int Port) : SlotEvent;

    /// <summary>The process reported that it is ready, or answered its readiness probe.</summary>
    internal sealed record ReportedReady(int Generation) : SlotEvent;

    /// <summary>The process failed its readiness probe.</summary>
    internal sealed record ProbeFailed(int Generation, string Failure) : SlotEvent;

    /// <summary>The ports that the process serves: the answer to <see cref="SlotAction.Check"/>.</summary>
    /// <param name="Ports">Null if the ports cannot be read.</param>
    internal sealed record Checked(int Generation, ValueList<int>? Ports) : SlotEvent;

    /// <summary>A process that was ready runs but no longer answers.</summary>
    internal sealed record FoundDead(int Generation, SlotFailure Failure) : SlotEvent;

    internal sealed record Exited(int Generation, ExitStatus Status) : SlotEvent;

    /// <summary>No process is left of a tree that was killed after its process ended; sent once for each tree.</summary>
    internal sealed record TreeEnded : SlotEvent;

    /// <summary>This step's policy differs from that of the step before.</summary>
    internal sealed record PolicyChanged : SlotEvent;

    /// <summary>The <see cref="SlotState.Deadline"/> of the state has passed.</summary>
    internal sealed record DeadlinePassed : SlotEvent;
}
