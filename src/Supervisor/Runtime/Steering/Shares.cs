using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.SteeringTask;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Steering;

/// <summary>
/// The loop's side of steering: which process has its worker's share, and which ends what it has. Only the loop's thread uses it.
/// </summary>
/// <param name="steerer">Null where nothing is steered: then whoever is ready has its share, and nothing is waited for.</param>
internal sealed class Shares(
    Steerer? steerer, WorkerTable processes, SlotRunner runner, Starter starter, FleetEvents events, ILogger log, Func<TimeSpan> clock)
    : IProcessFollower
{
    private readonly Queue<WorkerProcess> _drained = new();

    /// <summary>
    /// Where order is followed: services of processes that are told to end, or have ended, and whose end is not taken note of
    /// yet. Nothing of them starts.
    /// </summary>
    private readonly Dictionary<ulong, Service> _departing = [];

    /// <summary>There as well: those that may end as soon as what has started has its share.</summary>
    private readonly List<WorkerProcess> _held = [];

    /// <summary>Processes whose share is asked for.</summary>
    private readonly HashSet<WorkerProcess> _asked = [];

    /// <summary>Whether <see cref="Pass"/> has something to do.</summary>
    public bool IsDue => _drained.Count > 0 || _held.Exists(MayEnd);

    /// <summary>The steering task reports something. Reports of a process that has ended meanwhile mean nothing.</summary>
    public void Take(SteeringMessage report)
    {
        if (report is SteeringMessage.Departed departed) Departed(departed.Process);
        else if (processes.Find(report.Process) is { } process) Take(report, process);
    }

    /// <summary>A process serves, or serves on more sockets than before.</summary>
    public void Serve(WorkerProcess process)
    {
        if (process.WithdrawnAt is not null) return;
        process.IsServing = true;
        if (steerer is not null && Placement.Of(process) is { } placement)
        {
            _asked.Add(process);
            steerer.Post(new SteeringRequest.Serve(placement));
        }
        else
        {
            Placed(process);
        }
    }

    private void Placed(WorkerProcess process)
    {
        _asked.Remove(process);
        process.IsPlaced = true;
        events.Add(new FleetEvent.SlotMoved(process.Slot));
    }

    /// <summary>A process is to get nothing new.</summary>
    public void Withdraw(WorkerProcess process)
    {
        process.WithdrawnAt = clock();
        if (steerer is null) _drained.Enqueue(process);
        else steerer.Post(new SteeringRequest.Withdraw(process.Serial));
    }

    /// <summary>
    /// It has had its time to drain: where the order of ends is of importance it waits for its turn, else it ends now.
    /// </summary>
    public void Release(WorkerProcess process)
    {
        if (steerer is { FollowsOrder: true }) steerer.Post(new SteeringRequest.Release(process.Serial));
        else _drained.Enqueue(process);
    }

    /// <summary>It has nothing left, or may end all the same, or nothing is to be waited for.</summary>
    private void Drained(WorkerProcess process)
    {
        // In the same turn others may have come to serve, and ask for their share behind the messages.
        if (steerer is not { FollowsOrder: true }) End(process);
        else if (!_held.Contains(process)) _held.Add(process);
    }

    public void Ended(WorkerProcess process)
    {
        _asked.Remove(process);
        _held.Remove(process);
        if (steerer is null) return;
        if (steerer.FollowsOrder) Block(process);
        steerer.Post(new SteeringRequest.Gone(process.Serial, process.Slot.Name.Service));
    }

    private void Departed(ulong process)
    {
        if (_departing.Remove(process, out var service)) starter.Block(service, block: false);
    }

    /// <summary>Those that nobody steers: not within the step that withdrew them. And those that were held.</summary>
    public void Pass()
    {
        while (_drained.TryDequeue(out var process)) Drained(process);
        while (_held.Find(MayEnd) is { } process)
        {
            // The last sockets of a group get nothing while an end is expected. So it is expected only now: a worker that starts
            // has the last ones, and a probe would not reach it.
            _held.Remove(process);
            Block(process);
            steerer!.Post(new SteeringRequest.Expect(process.Serial));
        }
    }

    private void Take(SteeringMessage report, WorkerProcess process)
    {
        switch (report)
        {
            case SteeringMessage.Placed:
                Placed(process);
                break;
            case SteeringMessage.Holds holds:
                process.Connections = holds.Connections;
                break;
            case SteeringMessage.Drained:
                Drained(process);
                break;
            case SteeringMessage.Expected:
                End(process);
                break;
            case SteeringMessage.Stalled stalled:
                process.IsStuck = stalled.IsStuck;
                break;
            case SteeringMessage.FoundStuck stuck:
                var cause = $"accepted nothing for {DurationText.Of(stuck.After)}";
                runner.Happen(process.Slot, new SlotEvent.FoundDead(process.Generation, cause));
                break;
            default:
                throw new InvalidOperationException($"no such report: {report}");
        }
    }

    void IProcessFollower.Ready(WorkerProcess process, TimeSpan now) => Serve(process);

    private void Block(WorkerProcess process)
    {
        if (_departing.TryAdd(process.Serial, process.Slot.Service)) starter.Block(process.Slot.Service, block: true);
    }

    /// <summary>Not while another of the service is between its start and its share.</summary>
    private bool MayEnd(WorkerProcess process) =>
        process.Slot.Service.Starts.InProgress == 0 && !_asked.Any(other => other.Slot.Service == process.Slot.Service);

    private void End(WorkerProcess process)
    {
        var isOver = process.Slot.Slot.State is SlotState.Draining { IsOver: true };
        if (!isOver && process.Slot.Slot.State is SlotState.Draining && process.Connections is not null)
            log.Drained(process.Slot.Name, process.Handle.Pid, Since(process), left: 0);
        if (!isOver) process.Connections = 0;
        runner.Happen(process.Slot, new SlotEvent.Drained(process.Generation));
    }

    private TimeSpan Since(WorkerProcess process) => process.WithdrawnAt is { } at ? clock() - at : TimeSpan.Zero;
}
