using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Loop;

/// <summary>
/// The parts of the loop, made on the loop's own thread. A part knows only parts that are made before it. It tells other parts
/// through <see cref="Events"/>.
/// </summary>
internal sealed class LoopParts : IDisposable
{
    public LoopParts(SupervisorOptions options, LoopServices services)
    {
        var (queue, slots) = (new StartQueue<QueuedStart>(options.StartParallelism), new SlotTable());
        Processes = new ProcessParts(options, services, Events, () => queue.HasNext);
        Slots = new SlotParts(options, services, Processes, queue, Events);
        Services = new ServiceParts(options, services, slots, Processes, Slots, Events);
        Deadlines =
        [
            Slots.Runner, Processes.Accounts, Slots.Starter, Processes.Starts, Slots.Silence, Slots.Sockets, Slots.Probes,
            Processes.ProbeCommands, Services.Recycler, Services.Host, Processes.Trees,
        ];
        Followers = [Slots.Probes, Slots.Outcomes, Services.Recycler, Slots.Shares, Slots.Starter];
    }

    public FleetEvents Events { get; } = new();

    public ProcessParts Processes { get; }

    public SlotParts Slots { get; }

    public ServiceParts Services { get; }

    /// <summary>The order in which due deadlines are handled.</summary>
    public IReadOnlyList<IDeadlineOwner> Deadlines { get; }

    /// <summary>The order in which the parts learn of a process.</summary>
    public IReadOnlyList<IProcessFollower> Followers { get; }

    /// <summary>
    /// Ends the launcher's threads. With <c>keep_workers: false</c>, the kernel ends the workers with their threads.
    /// </summary>
    public void Dispose() => Processes.Dispose();
}
