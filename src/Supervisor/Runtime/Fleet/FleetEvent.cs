namespace Reuseportd.Runtime.Fleet;

/// <summary>
/// What one part of the loop tells the others. The loop takes events in the order in which they were added, each before it looks at
/// the next message, descriptor or deadline.
/// </summary>
internal abstract record FleetEvent
{
    private FleetEvent() { }

    /// <summary>A process was started.</summary>
    internal sealed record ProcessStarted(WorkerProcess Process) : FleetEvent;

    /// <summary>A process is ready, or is ready under a new policy.</summary>
    internal sealed record ProcessReady(WorkerProcess Process) : FleetEvent;

    /// <summary>A process that has its share serves on more sockets than before.</summary>
    internal sealed record SocketsAdded(WorkerProcess Process) : FleetEvent;

    /// <summary>The kernel reports the end of a process, which is to be reaped.</summary>
    internal sealed record ProcessExited(WorkerProcess Process) : FleetEvent;

    /// <summary>A process was reaped.</summary>
    /// <param name="Slot">The slot that it was in.</param>
    internal sealed record ProcessEnded(WorkerProcess Process, WorkerSlot Slot) : FleetEvent;

    /// <summary>A start of the slot waits for its turn.</summary>
    internal sealed record StartAsked(WorkerSlot Slot, int Generation) : FleetEvent;

    /// <summary>The state of a slot may have changed.</summary>
    internal sealed record SlotMoved(WorkerSlot Slot) : FleetEvent;

    /// <summary>A slot was on its way to a state, and is there or has failed.</summary>
    internal sealed record SlotSettled(WorkerSlot Slot) : FleetEvent;

    /// <summary>All slots of a service have settled.</summary>
    internal sealed record ServiceSettled(Service Service) : FleetEvent;

    /// <summary>The end of a process cuts connections.</summary>
    internal sealed record ConnectionsCut(WorkerSlot Slot, int Connections) : FleetEvent;

    /// <summary>A process is to get no new connections. <see cref="Slots.SlotEvent.Drained"/> is owed.</summary>
    internal sealed record DrainBegun(WorkerProcess Process) : FleetEvent;

    /// <summary>The drain timeout of a process is over. <see cref="Slots.SlotEvent.Drained"/> is owed as soon as it may end.</summary>
    internal sealed record DrainTimedOut(WorkerProcess Process) : FleetEvent;

    /// <summary>A process says that its worker is ready (sd_notify(3)). It may be any process of the worker's tree.</summary>
    internal sealed record ReadyReported(int Pid) : FleetEvent;

    /// <summary>The ports that a process serves are to be found out. <see cref="Slots.SlotEvent.Checked"/> is owed.</summary>
    internal sealed record PortCheckAsked(WorkerProcess Process) : FleetEvent;

    /// <summary>Nothing is left of a process tree, or what is left cannot be killed.</summary>
    internal sealed record TreeEnded(WorkerSlot Slot) : FleetEvent;

    /// <summary>A process that was no worker's any more has gone.</summary>
    internal sealed record ReplacementLeft(Service Service) : FleetEvent;

    /// <summary>A service is no more.</summary>
    internal sealed record ServiceForgotten(string Name) : FleetEvent;
}
