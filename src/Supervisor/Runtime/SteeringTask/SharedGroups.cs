using Reuseportd.Linux.Sharding;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// All reuseport groups, and their processes: with a share, draining, or probed before they have one. Only the steerer's task
/// uses it.
/// </summary>
/// <param name="wakes">
/// True if the kernel wakes the process that inherits the queue of a closed listener. Otherwise a connection of the daemon wakes
/// it.
/// </param>
/// <param name="diag">Null if the kernel does not report queues.</param>
/// <param name="programs">The BPF programs that count connections; null without them.</param>
internal sealed partial class SharedGroups(
    SteeringMode mode,
    bool wakes,
    Mailbox mailbox,
    ILogger log,
    SockDiag? diag,
    ShardingPrograms? programs,
    InheritedSteering inherited,
    IGroupStore? store = null)
{
    private readonly StoredGroups _stored = new(store, inherited.Groups.Select(group => group.Steered.Key));
    private readonly Dictionary<ulong, PlacedProcess> _placed = [];
    private readonly Dictionary<GroupKey, SharedGroup> _groups = [];
    private readonly HashSet<SharedGroup> _changed = [];

    /// <summary>Services that lost a process which was in no known group. It may have been in a group all the same.</summary>
    private readonly HashSet<string> _unseen = [.. inherited.Services];
    private readonly ProbeRoutes _routes = new();
    private readonly EndOrder _ends = new();
    private readonly DrainWatch _drains = new(programs);
    private readonly StallWatch _stalls = new(mailbox, log);

    /// <summary>Time to the next look at queues; null if none is needed.</summary>
    public TimeSpan? NextWait(TimeSpan now) =>
        diag is null ? null : Waits.Shorter(_drains.NextWait(now), _stalls.NextWait(_groups.Values, now));

    /// <summary>Gives a process its worker's share, for all sockets that it serves on at this moment.</summary>
    public void Serve(Placement placement, IReadOnlyList<SocketRecord> listing)
    {
        _changed.UnionWith(_routes.Leave(placement.Process));
        if (!_placed.TryGetValue(placement.Process, out var process))
            _placed.Add(placement.Process, process = new PlacedProcess(placement));
        process.Placement = placement;
        SharedGroup[] former = [.. process.Groups];
        process.Sockets.Clear();
        foreach (var sockets in placement.SocketsIn(listing).GroupBy(socket => GroupKey.For(socket)))
        {
            if (mode.Kind != SteeringKind.Program) EndInherited(sockets.Key, [.. sockets.Select(placement.SharedSocketFor)]);
            var group = Find(placement, sockets.Key);
            foreach (var socket in sockets) process.Sockets.Add((group, socket));
            _stalls.Clear(group, group.SlotOf(process));
            Join(group, process);
            _changed.Add(group);
        }

        foreach (var group in former.Except(process.Groups)) RemoveMember(group, process);
    }

    /// <summary>Stops new connections to a process.</summary>
    /// <param name="isWithAll">See <see cref="SteeringRequest.Withdraw"/>.</param>
    /// <returns>True if the process is watched until it is empty. False if there is nothing to wait for.</returns>
    public bool Withdraw(ulong serial, bool isWithAll, TimeSpan now)
    {
        if (!_placed.TryGetValue(serial, out var process)) return false;
        var goesOn = false;
        foreach (var group in process.Groups) goesOn |= !StopNew(group, process);
        if (process.Sockets.Count == 0 || diag is null) return false;
        // A process that still gets new connections never drains.
        if (!isWithAll && (goesOn || mode.Kind == SteeringKind.None)) return false;
        _drains.Add(process, now);
        _ends.Add(process);
        return true;
    }

    /// <summary>Lets a process end with open connections.</summary>
    /// <returns>True if <see cref="SteeringMessage.Drained"/> follows. False if there is nothing to wait for.</returns>
    public bool Release(ulong serial)
    {
        if (!_placed.TryGetValue(serial, out var process)) return false;
        process.IsReleased = true;
        _ends.Add(process);
        return true;
    }

    /// <summary>Prepares the groups of a process for its end.</summary>
    public void PrepareEnd(ulong serial)
    {
        if (!_placed.TryGetValue(serial, out var process)) return;
        foreach (var group in process.Groups) group.Steering.Expect(process.In(group).Select(socket => socket.Inode));
    }

    /// <summary>Removes a process that has ended.</summary>
    public void Remove(ulong serial, string service)
    {
        foreach (var group in _routes.Leave(serial)) RemoveIfEmpty(group);
        if (!_placed.Remove(serial, out var process))
        {
            _unseen.Add(service);
            return;
        }

        _drains.Remove(process);
        _ends.Remove(process);
        foreach (var group in process.Groups) RemoveMember(group, process);
    }

    public void Visit(SteeringRequest.Visit visit, Func<IReadOnlyList<SocketRecord>> listing) =>
        _routes.Visit(visit, _placed.GetValueOrDefault(visit.Placement.Process), listing, key => Find(visit.Placement, key));

    public void EndVisit(SteeringRequest.Visit visit) => ProbeRoutes.End(_groups.Values, visit);

    /// <summary>Must be called after all requests were taken in.</summary>
    public void ApplyChanges()
    {
        if (_changed.Count > 0 && mode.Kind == SteeringKind.Classic)
        {
            var listing = SocketListing.Of(diag);
            foreach (var group in _changed) _ = group.Steering.Refresh(listing);
        }

        _changed.Clear();
        ReportDrained();
    }

    private SharedGroup Find(Placement placement, GroupKey key)
    {
        var service = placement.Worker.Service;
        var balance = key.BalanceFor(placement.Balance);
        _groups.TryGetValue(key, out var group);
        if (group is not null && !group.Current.Values.Any(process => process.Placement.Worker.Service == group.Service))
            group.Service = service;
        // Another service in the group sets the group's rules.
        var isFitting = group?.Service != service || (group.Balance == balance && group.Stall == placement.Stall);
        if (group is not null && isFitting) return group;
        foreach (var slot in group?.Stuck.Keys.ToArray() ?? []) _stalls.Clear(group!, slot);
        if (group is not null) End(group);
        _inherited.Remove(key, out var former);
        var steering = mode.Steer(
            key, balance, placement.Workers, diag, group?.Steering, isFollowed: !_unseen.Remove(service), former?.Steered,
            changed: () => _stored.Put(_groups[key].Save()));
        var renewed = new SharedGroup(key, steering, service, balance, placement.Stall, _stored);
        if (former is not null) renewed.Continue(former.Services);
        _groups[key] = renewed;
        if (group is null) return renewed;
        // The group has new settings. Processes with a share keep it.
        _changed.Remove(group);
        foreach (var process in _placed.Values) process.Move(group, renewed);
        foreach (var process in group.Current.Values.Where(process => process.In(renewed).Any())) Join(renewed, process);
        return renewed;
    }

    /// <summary>
    /// Gives a process its worker's share. If that fails, the worker's former process loses its share all the same, as it is
    /// about to end. The other workers then get more.
    /// </summary>
    private void Join(SharedGroup group, PlacedProcess process)
    {
        var (placement, slot) = (process.Placement, group.SlotOf(process));
        var errno = group.Steering.Join(slot, [.. process.In(group).Select(placement.SharedSocketFor)]);
        if (errno != Errno.None && group.Current.ContainsKey(slot) && !group.IsCurrent(process)) _ = group.Steering.Leave(slot);
        if (errno == Errno.NotFound && HasLeft(group, process)) errno = Errno.None;
        if (errno != Errno.None && errno != group.LoggedError)
            log.NotSteered(placement.Worker, placement.Pid, group.Key.Port, errno);
        group.LoggedError = errno;
        group.Current[slot] = process;
    }

    /// <summary>
    /// True if the process has ended or closed its sockets since they were listed. There is nothing to steer in that case.
    /// </summary>
    private bool HasLeft(SharedGroup group, PlacedProcess process)
    {
        var own = process.In(group).Select(socket => socket.Inode).ToHashSet();
        return !SocketListing.Of(diag).Exists(socket => own.Contains(socket.Inode));
    }

    /// <returns>True if the process gets no new connections any more. The last member of a group always gets them.</returns>
    private bool StopNew(SharedGroup group, PlacedProcess process)
    {
        var errno = ReleaseShare(group, process);
        return group.Current.Count > 0 && errno == Errno.None;
    }

    /// <summary>Removes a process that has no socket in the group any more.</summary>
    private void RemoveMember(SharedGroup group, PlacedProcess process)
    {
        _changed.Add(group);
        _ = ReleaseShare(group, process);
        if (group.Current.Count > 0 && !wakes) group.WakeMembers();
        RemoveIfEmpty(group);
    }

    /// <summary>Takes the worker's share away, unless another process of the worker already has it.</summary>
    private Errno ReleaseShare(SharedGroup group, PlacedProcess process)
    {
        if (!group.IsCurrent(process)) return Errno.None;
        var slot = group.SlotOf(process);
        group.Current.Remove(slot);
        _stalls.Clear(group, slot);
        return group.Steering.Leave(slot);
    }

    /// <summary>
    /// Removes the group if no process has a share of it. The kernel's hash then serves processes that still drain.
    /// </summary>
    private void RemoveIfEmpty(SharedGroup group)
    {
        if (group.Current.Count > 0 || _routes.HasMemberIn(group)) return;
        // Draining processes may end without being noticed.
        if (_placed.Values.Any(process => process.Groups.Contains(group))) _unseen.Add(group.Service);
        if (_groups.GetValueOrDefault(group.Key) == group) _groups.Remove(group.Key);
        _changed.Remove(group);
        End(group);
    }

    /// <summary>Returns a group to the kernel's hash. A later daemon never finds closed descriptors in the store.</summary>
    private void End(SharedGroup group)
    {
        _ = group.Steering.Detach();
        // From here on the program counts nothing.
        group.AddCounts(_ended);
        _stored.Remove(group.Key);
        group.Dispose();
    }
}
