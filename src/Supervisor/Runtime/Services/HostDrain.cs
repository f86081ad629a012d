using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.Supervision;
using Serilog;

namespace Reuseportd.Runtime.Services;

/// <summary>
/// The drain of the host. First the host is not ready for load balancers, while everything serves on. After the grace time all
/// workers drain. Only the loop's thread uses it.
/// </summary>
internal sealed class HostDrain(
    ServiceTable fleet, SlotCounts counts, FleetEvents events, ILogger log, Func<TimeSpan> clock) : IDeadlineOwner
{
    private TimeSpan? _drainsAt;
    private TimeSpan _since;
    private TimeSpan _takenBack;
    private bool _isStopping;
    private bool _isDrained;
    private TaskCompletionSource? _forStop;

    /// <summary>The time at which the workers begin to drain; null unless the host is leaving.</summary>
    public TimeSpan? DrainsAt => _drainsAt;

    /// <summary>True while no worker may run.</summary>
    public bool IsHeld => fleet.IsHeld;

    public HostSnapshot Snapshot => new(State, _drainsAt) { IsForStop = _forStop is not null, Since = _takenBack };

    private HostState State => _isStopping ? HostState.Stopping
        : _drainsAt is not null ? HostState.Leaving
        : !fleet.IsHeld ? HostState.Serving
        : fleet.HasProcess ? HostState.Draining : HostState.Drained;

    /// <summary>Begins the drain. A drain that has begun goes on, and its grace time can only become shorter.</summary>
    /// <param name="grace">The time for which load balancers can notice that the host is not ready.</param>
    public void Begin(TimeSpan grace)
    {
        if (fleet.IsHeld) return;
        var at = clock() + grace;
        if (_drainsAt is null)
        {
            _since = clock();
            log.HostLeaves(grace);
        }

        if (_drainsAt is null || at < _drainsAt) _drainsAt = at;
        events.Add(new FleetEvent.HostChanged());
    }

    /// <summary>The same before the daemon stops. The host cannot be taken back then.</summary>
    /// <param name="done">Completed when no worker has a process any more.</param>
    public void BeginForStop(TimeSpan grace, TaskCompletionSource done)
    {
        _forStop = done;
        Begin(grace);
        Settled();
        if (_isDrained) done.TrySetResult();
    }

    /// <summary>Takes the host back.</summary>
    /// <returns>Workers that start.</returns>
    public IReadOnlyList<WorkerSlot> End()
    {
        if (_drainsAt is null && !fleet.IsHeld) return [];
        (_drainsAt, _isDrained, _takenBack) = (null, false, clock());
        events.Add(new FleetEvent.HostChanged());
        var released = fleet.IsHeld ? fleet.Release() : [];
        log.HostTakenBack(released.Count);
        return released;
    }

    /// <summary>Goes on with the drain of an earlier daemon. Must be called before its services are restored.</summary>
    /// <param name="drainsAt">Null if the workers drain already.</param>
    public void Restore(TimeSpan? drainsAt)
    {
        (_drainsAt, _since) = (drainsAt, clock());
        if (drainsAt is null) fleet.RestoreHold();
        events.Add(new FleetEvent.HostChanged());
    }

    /// <summary>Handles the stop of the daemon: the drain is over.</summary>
    public void Stop() => (_isStopping, _drainsAt) = (true, null);

    /// <summary>Must be called when a worker has settled, or when the process of a replaced worker has ended.</summary>
    public void Settled()
    {
        if (!fleet.IsHeld || _isDrained || _isStopping || counts.Fleet.Unsettled > 0 || fleet.HasProcess) return;
        _isDrained = true;
        log.HostDrained(clock() - _since);
        _forStop?.TrySetResult();
    }

    public TimeSpan? NextWait(TimeSpan now) => _drainsAt is { } at ? Waits.Until(at, now) : null;

    public void HandleDue(TimeSpan now)
    {
        if (_drainsAt is not { } at || at > now) return;
        _drainsAt = null;
        log.HostDrains();
        fleet.Hold();
        events.Add(new FleetEvent.HostChanged());
        // Without a worker no event follows.
        Settled();
    }
}
