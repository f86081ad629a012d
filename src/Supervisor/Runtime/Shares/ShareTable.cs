using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.SteeringTask;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Shares;

/// <summary>
/// The loop's side of steering: which process has its worker's share, and which process drains. Only the loop's thread uses it.
/// </summary>
/// <param name="steerer">Null without steering. Every ready process then counts as placed, and no process drains.</param>
internal sealed class ShareTable(
    Steerer? steerer,
    WorkerTable processes,
    SlotRunner runner,
    Starter starter,
    DrainCounts connections,
    FleetEvents events,
    ILogger log,
    Func<TimeSpan> clock)
    : IProcessFollower
{
    private readonly Dictionary<ulong, Share> _shares = [];
    private readonly Queue<WorkerProcess> _drained = new();

    /// <summary>
    /// With ordered groups: processes that were told to end or have ended, until the steering task has noted the end. Their
    /// services start no worker in the meantime.
    /// </summary>
    private readonly Dictionary<ulong, Service> _endsToNote = [];

    /// <summary>
    /// With ordered groups: drained processes that may end as soon as every started process of the service has its share.
    /// </summary>
    private readonly List<WorkerProcess> _waitingToEnd = [];

    /// <summary>Processes whose share was requested.</summary>
    private readonly HashSet<WorkerProcess> _shareRequested = [];

    /// <summary>True if <see cref="Continue"/> has work to do.</summary>
    public bool IsDue => _drained.Count > 0 || _waitingToEnd.Exists(MayEnd);

    /// <summary>
    /// True if new connections reach the process's sockets. Without steering this is true for every ready process.
    /// </summary>
    public bool IsPlaced(WorkerProcess process) => _shares.TryGetValue(process.Serial, out var share) && share.IsPlaced;

    /// <summary>True if the process accepts nothing while other workers do. It then gets no new connections.</summary>
    public bool IsStuck(WorkerProcess process) => _shares.TryGetValue(process.Serial, out var share) && share.IsStuck;

    /// <summary>Open connections of a draining process; null if they were not counted.</summary>
    public int? ConnectionsOf(WorkerProcess process) => connections.Of(process);

    /// <summary>Handles the end of the last open connection of a draining process.</summary>
    public void Handle(OutputMessage.Idle idle) => steerer?.Post(new SteeringRequest.Idle(idle.Process));

    /// <summary>Handles a report of the steering task. Reports about ended processes are ignored.</summary>
    public void Handle(SteeringMessage report)
    {
        if (report is SteeringMessage.EndNoted noted) EndNoted(noted.Process);
        else if (processes.Find(report.Process) is { } process) Handle(report, process);
    }

    /// <summary>Requests the share of a process that serves, or serves on more sockets.</summary>
    public void Serve(WorkerProcess process)
    {
        var share = ShareOf(process);
        if (share.WithdrawnAt is not null) return;
        share.IsServing = true;
        if (steerer is not null && Placement.From(process) is { } placement)
        {
            _shareRequested.Add(process);
            steerer.Post(new SteeringRequest.Serve(placement));
        }
        else
        {
            Placed(process);
        }
    }

    /// <summary>Requests the share of further sockets of a process that gets new connections already.</summary>
    public void ServeMore(WorkerProcess process)
    {
        if (ShareOf(process).IsServing) Serve(process);
    }

    private Share ShareOf(WorkerProcess process)
    {
        if (!_shares.TryGetValue(process.Serial, out var share)) _shares.Add(process.Serial, share = new Share());
        return share;
    }

    private void Placed(WorkerProcess process)
    {
        _shareRequested.Remove(process);
        ShareOf(process).IsPlaced = true;
        events.Add(new FleetEvent.SlotMoved(process.Slot));
    }

    /// <summary>Stops new connections to a process.</summary>
    public void Withdraw(WorkerProcess process)
    {
        var share = ShareOf(process);
        share.WithdrawnAt = clock();
        if (steerer is null) _drained.Enqueue(process);
        // A process that drains was ready before: if not here, then in an earlier daemon.
        else steerer.Post(new SteeringRequest.Withdraw(
            process.Serial, share.IsServing ? null : Placement.From(process), process.Slot.Service.IsHeld));
    }

    /// <summary>Ends the restore. Call it when all processes of an earlier daemon were served or withdrawn.</summary>
    public void EndRestore() => steerer?.Post(new SteeringRequest.Restored());

    /// <summary>Forgets the counts of a service that was removed.</summary>
    public void Forget(string service) => steerer?.Post(new SteeringRequest.Forget(service));

    /// <summary>Ends a process whose drain timeout has passed. In ordered groups the process waits for its turn.</summary>
    public void Release(WorkerProcess process)
    {
        if (steerer is { FollowsOrder: true }) steerer.Post(new SteeringRequest.Release(process.Serial));
        else _drained.Enqueue(process);
    }

    /// <summary>Handles a process that has drained or may end with open connections.</summary>
    private void Drained(WorkerProcess process)
    {
        // In the same turn other processes may have become ready. Their requests come after the messages of this turn.
        if (steerer is not { FollowsOrder: true }) End(process);
        else if (!_waitingToEnd.Contains(process)) _waitingToEnd.Add(process);
    }

    public void Ended(WorkerProcess process)
    {
        _shares.Remove(process.Serial);
        connections.Forget(process);
        _shareRequested.Remove(process);
        _waitingToEnd.Remove(process);
        if (steerer is null) return;
        if (steerer.FollowsOrder) Block(process);
        steerer.Post(new SteeringRequest.Ended(process.Serial, process.Slot.Name.Service));
    }

    private void EndNoted(ulong process)
    {
        if (_endsToNote.Remove(process, out var service)) starter.Block(service, block: false);
    }

    /// <summary>
    /// Continues with drained processes. Without steering a process drains at once, but not within the step that withdrew it.
    /// </summary>
    public void Continue()
    {
        while (_drained.TryDequeue(out var process)) Drained(process);
        while (_waitingToEnd.Find(MayEnd) is { } process)
        {
            // While an end is expected, the last sockets of a group get nothing. A starting worker has the last sockets, so a
            // probe would not reach it. That is why the end is announced only now.
            _waitingToEnd.Remove(process);
            Block(process);
            steerer!.Post(new SteeringRequest.PrepareEnd(process.Serial));
        }
    }

    private void Handle(SteeringMessage report, WorkerProcess process)
    {
        switch (report)
        {
            case SteeringMessage.Placed:
                Placed(process);
                break;
            case SteeringMessage.Holds holds:
                connections.Set(process, holds.Connections);
                break;
            case SteeringMessage.Drained:
                Drained(process);
                break;
            case SteeringMessage.EndPrepared:
                End(process);
                break;
            case SteeringMessage.Stalled stalled:
                if (stalled.IsStuck && !ShareOf(process).IsStuck) events.Add(new FleetEvent.Stalled(process));
                ShareOf(process).IsStuck = stalled.IsStuck;
                break;
            case SteeringMessage.FoundStuck stuck:
                var failure = new SlotFailure.AcceptsNothing(stuck.After);
                runner.Apply(process.Slot, new SlotEvent.FoundDead(process.Generation, failure));
                break;
            default:
                throw new InvalidOperationException($"no such report: {report}");
        }
    }

    void IProcessFollower.Ready(WorkerProcess process, TimeSpan now) => Serve(process);

    private void Block(WorkerProcess process)
    {
        if (_endsToNote.TryAdd(process.Serial, process.Slot.Service)) starter.Block(process.Slot.Service, block: true);
    }

    /// <summary>False while another process of the service is between its start and its share.</summary>
    private bool MayEnd(WorkerProcess process) =>
        starter.InProgress(process.Slot.Service) == 0
        && !_shareRequested.Any(other => other.Slot.Service == process.Slot.Service);

    private void End(WorkerProcess process)
    {
        // The process may have ended before its turn.
        if (process.Slot.Process != process) return;
        var isOver = process.Slot.Slot.State is SlotState.Draining { IsOver: true };
        if (!isOver && process.Slot.Slot.State is SlotState.Draining && connections.Of(process) is not null)
            log.Drained(process.Slot.Name, process.Handle.Pid, DrainTime(process), left: 0);
        if (!isOver) connections.Set(process, 0);
        runner.Apply(process.Slot, new SlotEvent.Drained(process.Generation));
    }

    private TimeSpan DrainTime(WorkerProcess process) =>
        ShareOf(process).WithdrawnAt is { } at ? clock() - at : TimeSpan.Zero;

    /// <summary>The state of a process's share of new connections.</summary>
    private sealed class Share
    {
        /// <summary>True since the process was ready and the loop asked for its share of new connections.</summary>
        public bool IsServing { get; set; }

        /// <summary>True if new connections reach the process's sockets.</summary>
        public bool IsPlaced { get; set; }

        /// <summary>True if the process accepts nothing while other workers do. It then gets no new connections.</summary>
        public bool IsStuck { get; set; }

        /// <summary>The time at which the process stopped getting new connections; null while it gets them.</summary>
        public TimeSpan? WithdrawnAt { get; set; }
    }
}
