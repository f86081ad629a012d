using Reuseportd.Observability;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime;

/// <summary>The loop's side of steering: which process has its worker's share, and which ends what it has. Only the loop's thread uses it.</summary>
/// <param name="steerer">Null where nothing is steered: then whoever is ready has its share, and nothing is waited for.</param>
internal sealed class Shares(Steerer? steerer, SlotRunner runner, Updates updates, ILogger log, Func<TimeSpan> clock)
{
    private readonly Queue<WorkerProcess> _drained = new();

    /// <summary>Services of processes whose end is not taken note of yet, where that has to be before another starts.</summary>
    private readonly Dictionary<ulong, Service> _departing = [];

    /// <summary>Whether <see cref="Pass"/> has something to do.</summary>
    public bool IsDue => _drained.Count > 0;

    /// <summary>A process serves, or serves on more sockets than before.</summary>
    public void Serve(WorkerProcess process)
    {
        if (process.WithdrawnAt is not null) return;
        process.IsServing = true;
        if (steerer is not null && Placement.Of(process) is { } placement) steerer.Post(new SteeringRequest.Serve(placement));
        else Placed(process);
    }

    public void Placed(WorkerProcess process)
    {
        process.IsPlaced = true;
        updates.Moved(process.Slot);
    }

    /// <summary>A process is to get nothing new.</summary>
    public void Withdraw(WorkerProcess process)
    {
        process.WithdrawnAt = clock();
        if (steerer is null) _drained.Enqueue(process);
        else steerer.Post(new SteeringRequest.Withdraw(process.Serial));
    }

    /// <summary>It has nothing left, or nothing is to be waited for.</summary>
    public void Drained(WorkerProcess process)
    {
        if (process.Slot.Slot.State is SlotState.Draining && process.Connections is not null)
            log.Drained(process.Slot.Name, process.Handle.Pid, Since(process), left: 0);
        process.Connections = 0;
        runner.Happen(process.Slot, new SlotEvent.Drained(process.Generation));
    }

    public void Ended(WorkerProcess process)
    {
        if (steerer is null) return;
        if (steerer.FollowsOrder && _departing.TryAdd(process.Serial, process.Slot.Service)) runner.Block(process.Slot.Service, block: true);
        steerer.Post(new SteeringRequest.Gone(process.Serial));
    }

    public void Departed(ulong process)
    {
        if (_departing.Remove(process, out var service)) runner.Block(service, block: false);
    }

    /// <summary>Those that nobody steers: not within the step that withdrew them.</summary>
    public void Pass()
    {
        while (_drained.TryDequeue(out var process)) Drained(process);
    }

    private TimeSpan Since(WorkerProcess process) => process.WithdrawnAt is { } at ? clock() - at : TimeSpan.Zero;
}
