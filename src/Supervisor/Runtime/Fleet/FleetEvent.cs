using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Fleet;

/// <summary>
/// An event that one part of the loop sends to the others. The loop takes events in the order in which they were added, each
/// before it looks at the next message, descriptor or deadline.
/// </summary>
internal abstract record FleetEvent
{
    private FleetEvent() { }

    /// <summary>A process was started.</summary>
    internal sealed record ProcessStarted(WorkerProcess Process) : FleetEvent;

    /// <summary>A process is ready, or is ready under a new policy.</summary>
    internal sealed record ProcessReady(WorkerProcess Process) : FleetEvent;

    /// <summary>A process serves on more sockets than before.</summary>
    internal sealed record SocketsAdded(WorkerProcess Process) : FleetEvent;

    /// <summary>The kernel reports that a process has ended. The process must be reaped.</summary>
    internal sealed record ProcessExited(WorkerProcess Process) : FleetEvent;

    /// <summary>A process was reaped.</summary>
    internal sealed record ProcessEnded(WorkerProcess Process) : FleetEvent;

    /// <summary>A start of the slot joins the queue.</summary>
    internal sealed record StartAsked(WorkerSlot Slot, int Generation) : FleetEvent;

    /// <summary>A slot was added.</summary>
    internal sealed record SlotEntered(WorkerSlot Slot) : FleetEvent;

    /// <summary>A slot was removed.</summary>
    internal sealed record SlotLeft(WorkerSlot Slot) : FleetEvent;

    /// <summary>Facts of a slot that are not its state may have changed.</summary>
    internal sealed record SlotChanged(WorkerSlot Slot) : FleetEvent;

    /// <summary>The specification, the requests of clients, or the update of a service may have changed.</summary>
    internal sealed record ServiceChanged(Service Service) : FleetEvent;

    /// <summary>The state of a slot may have changed.</summary>
    internal sealed record SlotMoved(WorkerSlot Slot) : FleetEvent;

    /// <summary>A slot has reached the requested state, or has failed to reach it.</summary>
    internal sealed record SlotSettled(WorkerSlot Slot) : FleetEvent;

    /// <summary>All slots of a service have settled.</summary>
    internal sealed record ServiceSettled(Service Service) : FleetEvent;

    /// <summary>A worker starts again after the end of its process.</summary>
    internal sealed record Restarted(WorkerSlot Slot) : FleetEvent;

    /// <summary>The end of a process cuts open connections.</summary>
    internal sealed record ConnectionsCut(WorkerSlot Slot, int Connections) : FleetEvent;

    /// <summary>A worker accepts nothing while others do, and gets no new connections.</summary>
    internal sealed record Stalled(WorkerProcess Process) : FleetEvent;

    /// <summary>A bind or listen of a process failed.</summary>
    /// <param name="Errno">The name of the errno.</param>
    internal sealed record BindFailed(WorkerSlot Slot, string Errno) : FleetEvent;

    /// <summary>An update has ended, or stopped at a failure.</summary>
    internal sealed record UpdateEnded(Service Service, UpdateResult Result) : FleetEvent;

    /// <summary>
    /// A process begins to drain: it gets no new connections. The receiver must answer with
    /// <see cref="Slots.SlotEvent.Drained"/>.
    /// </summary>
    internal sealed record DrainBegun(WorkerProcess Process) : FleetEvent;

    /// <summary>
    /// The drain timeout of a process has passed. The receiver must answer with <see cref="Slots.SlotEvent.Drained"/> as soon as
    /// the process may end.
    /// </summary>
    internal sealed record DrainTimedOut(WorkerProcess Process) : FleetEvent;

    /// <summary>
    /// A process reports that its worker is ready (sd_notify(3)). The process may be any member of the worker's tree.
    /// </summary>
    internal sealed record ReadyReported(int Pid) : FleetEvent;

    /// <summary>The socket for the readiness notifications of a service was opened.</summary>
    internal sealed record NotifySocketOpened(string Service) : FleetEvent;

    /// <summary>
    /// A slot asks which ports its process serves. The receiver must answer with <see cref="Slots.SlotEvent.Checked"/>.
    /// </summary>
    internal sealed record PortCheckAsked(WorkerProcess Process) : FleetEvent;

    /// <summary>No process is left of a process tree, or the processes that are left cannot be killed.</summary>
    internal sealed record TreeEnded(WorkerSlot Slot) : FleetEvent;

    /// <summary>The process of a replacement slot has ended, and the slot is gone.</summary>
    internal sealed record ReplacementLeft(Service Service) : FleetEvent;

    /// <summary>The host begins or ends a phase of its drain.</summary>
    internal sealed record HostChanged : FleetEvent;

    /// <summary>A service and all its workers are gone.</summary>
    internal sealed record ServiceForgotten(string Name) : FleetEvent;
}
