using System.Threading.Channels;
using Reuseportd.Linux;
using Reuseportd.Model;
using Reuseportd.Observability;
using Serilog;

namespace Reuseportd.Runtime;

/// <summary>
/// Who gets the connections of shared ports: owns every group, gives workers their share, takes it from those that are to go or are stuck,
/// and tells when a process has nothing left. It waits in one task for requests and for the next look at queues; a look that takes its
/// time holds up neither the loop nor a worker.
/// </summary>
internal sealed class Steerer : IAsyncDisposable
{
    private readonly Channel<SteeringRequest> _requests = Channel.CreateUnbounded<SteeringRequest>(new() { SingleReader = true });
    private readonly SteeringMode _mode;
    private readonly Mailbox _mailbox;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Dictionary<ulong, PlacedProcess> _placed = [];
    private readonly Dictionary<GroupKey, SharedGroup> _groups = [];
    private readonly Guests _guests = new();
    private readonly DrainWatch _drains;
    private readonly StallWatch _stalls;
    private readonly bool _wakes;
    private bool _canLook;

    /// <summary>The last fault that was said: each is said once.</summary>
    private string? _fault;
    private Task _running = Task.CompletedTask;

    /// <param name="wakes">Whether the kernel wakes who takes over the queue of a listener that has closed; else it is done here.</param>
    public Steerer(SteeringMode mode, bool wakes, Mailbox mailbox, ILogger log, TimeProvider time)
    {
        _wakes = wakes;
        (_mode, _mailbox, _log, _time) = (mode, mailbox, log, time);
        _start = time.GetTimestamp();
        _drains = new DrainWatch(mailbox);
        _stalls = new StallWatch(mailbox, log);
    }

    /// <summary>As the configuration names it.</summary>
    public string Way => _mode.Kind switch
    {
        SteeringKind.Program => "ebpf",
        SteeringKind.Classic => "cbpf",
        _ => "none",
    };

    public void Start() => _running = Task.Run(RunAsync);

    public void Post(SteeringRequest request)
    {
        if (!_requests.Writer.TryWrite(request)) Refuse(request);
    }

    /// <summary>How much each worker was given; nothing where nobody counts.</summary>
    public Task<IReadOnlyDictionary<WorkerName, SlotCounts>> CountAsync()
    {
        var done = new TaskCompletionSource<IReadOnlyDictionary<WorkerName, SlotCounts>>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(new SteeringRequest.Count(done));
        return done.Task;
    }

    /// <summary>Has connections from a port of a client reach a process until what this gives is disposed of.</summary>
    public async Task<IDisposable> VisitAsync(Placement placement, int port, int clientPort)
    {
        var visit = new SteeringRequest.Visit(placement, port, clientPort, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        Post(visit);
        await visit.Done.Task;
        return new VisitEnd(this, visit);
    }

    /// <summary>Gives every group back to the kernel's hash.</summary>
    public async ValueTask DisposeAsync()
    {
        _requests.Writer.TryComplete();
        await _running;
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    private async Task RunAsync()
    {
        using var diag = Open();
        _canLook = diag is not null;
        Task<bool>? more = null;
        while (true)
        {
            more ??= _requests.Reader.WaitToReadAsync().AsTask();
            if (NextWait(Now) is { } wait) await Task.WhenAny(more, Task.Delay(wait, _time));
            else await more;
            if (more.IsCompleted)
            {
                if (!await more) break;
                more = null;
                TakeAll(diag);
            }

            if (diag is null) continue;
            Guarded(() => _drains.Pass(diag, Now));
            Guarded(() => _stalls.Pass(diag, _groups.Values, Now));
        }

        foreach (var group in _groups.Values) Guarded(group.Dispose);
    }

    /// <summary>A container may forbid the socket family: then nothing is known of queues.</summary>
    private static SockDiag? Open()
    {
        try
        {
            return new SockDiag();
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    private TimeSpan? NextWait(TimeSpan now)
    {
        var (drain, stall) = (_drains.NextWait(now), _stalls.NextWait(_groups.Values, now));
        return stall is null || drain < stall ? drain : stall;
    }

    /// <summary>One listing serves all that have come by now: of who comes while they are served it knows nothing.</summary>
    private void TakeAll(SockDiag? diag)
    {
        List<SteeringRequest> requests = [];
        while (_requests.Reader.TryRead(out var request)) requests.Add(request);
        List<SocketRecord>? listing = null;
        var changed = new HashSet<SharedGroup>();
        foreach (var request in requests) Guarded(() => Take(request), () => Refuse(request));
        if (changed.Count > 0 && _mode.Kind == SteeringKind.Classic) Guarded(() => Refresh(changed, Listing.Of(diag)));

        void Take(SteeringRequest request)
        {
            switch (request)
            {
                case SteeringRequest.Serve serve:
                    Serve(serve.Placement, listing ??= Listing.Of(diag), diag, changed);
                    break;
                case SteeringRequest.Withdraw withdraw:
                    Withdraw(withdraw.Process);
                    break;
                case SteeringRequest.Gone gone:
                    Remove(gone.Process, changed);
                    break;
                case SteeringRequest.Visit visit:
                    _guests.Visit(
                        visit, _placed.GetValueOrDefault(visit.Placement.Process), () => listing ??= Listing.Of(diag), key => Find(visit.Placement, key, diag, changed));
                    visit.Done.TrySetResult();
                    break;
                case SteeringRequest.VisitEnded ended:
                    Guests.End(_groups.Values, ended.Visited);
                    break;
                case SteeringRequest.Count count:
                    count.Done.TrySetResult(Counts());
                    break;
                default:
                    throw new InvalidOperationException($"no such request: {request}");
            }
        }
    }

    private void Serve(Placement placement, List<SocketRecord> listing, SockDiag? diag, HashSet<SharedGroup> changed)
    {
        changed.UnionWith(_guests.Leave(placement.Process));
        if (!_placed.TryGetValue(placement.Process, out var process)) _placed.Add(placement.Process, process = new PlacedProcess(placement));
        process.Placement = placement;
        SharedGroup[] former = [.. process.Groups];
        process.Sockets.Clear();
        foreach (var sockets in placement.Own(listing).GroupBy(socket => GroupKey.Of(socket)))
        {
            var group = Find(placement, sockets.Key, diag, changed);
            foreach (var socket in sockets) process.Sockets.Add((group, socket));
            _stalls.Forget(group, group.SlotOf(process));
            Join(group, process);
            changed.Add(group);
        }

        foreach (var group in former.Except(process.Groups)) Part(group, process, changed);
        _mailbox.Post(new Message.Placed(placement.Process));
    }

    private SharedGroup Find(Placement placement, GroupKey key, SockDiag? diag, HashSet<SharedGroup> changed)
    {
        var service = placement.Worker.Service;
        var balance = key.BalanceFor(placement.Balance);
        _groups.TryGetValue(key, out var group);
        if (group is not null && (group.Service != service || group.Balance == balance && group.Stall == placement.Stall)) return group;
        group?.Dispose();
        var renewed = new SharedGroup(key, _mode.Steer(key, balance, placement.Workers, diag), service, balance, placement.Stall);
        _groups[key] = renewed;
        if (group is null) return renewed;
        // By other rules: all that have a share keep it.
        changed.Remove(group);
        foreach (var process in _placed.Values) process.Move(group, renewed);
        foreach (var process in group.Current.Values.Where(process => process.In(renewed).Any())) Join(renewed, process);
        return renewed;
    }

    /// <summary>Gives it its worker's share. Where that fails, who had it before is given new ones until it ends.</summary>
    private void Join(SharedGroup group, PlacedProcess process)
    {
        var (placement, slot) = (process.Placement, group.SlotOf(process));
        var errno = group.Steering.Join(slot, [.. process.In(group).Select(socket => placement.Share(socket.Inode))]);
        if (errno != Errno.None && errno != group.Said) _log.NotSteered(placement.Worker, placement.Pid, group.Key.Port, errno);
        group.Said = errno;
        group.Current[slot] = process;
    }

    private void Withdraw(ulong serial)
    {
        if (!_placed.TryGetValue(serial, out var process))
        {
            _mailbox.Post(new Message.Drained(serial));
            return;
        }

        var goesOn = process.Sockets.Count == 0;
        foreach (var group in process.Groups) goesOn |= !TakeShare(group, process);

        // Where it goes on getting new connections there is nothing to wait for.
        if (goesOn || _mode.Kind == SteeringKind.None || !_canLook) _mailbox.Post(new Message.Drained(serial));
        else _drains.Add(process, Now);
    }

    /// <returns>Whether it is given nothing new from now on: not the last one.</returns>
    private bool TakeShare(SharedGroup group, PlacedProcess process)
    {
        if (!group.IsCurrent(process)) return group.Current.Count > 0;
        var slot = group.SlotOf(process);
        group.Current.Remove(slot);
        _stalls.Forget(group, slot);
        return group.Current.Count > 0 && group.Steering.Leave(slot) == Errno.None;
    }

    private void Remove(ulong serial, HashSet<SharedGroup> changed)
    {
        foreach (var group in _guests.Leave(serial)) Forget(group, changed);
        if (!_placed.Remove(serial, out var process)) return;
        _drains.Remove(process);
        foreach (var group in process.Groups) Part(group, process, changed);
    }

    /// <summary>A process has no socket in the group any more.</summary>
    private void Part(SharedGroup group, PlacedProcess process, HashSet<SharedGroup> changed)
    {
        changed.Add(group);
        if (group.IsCurrent(process))
        {
            var slot = group.SlotOf(process);
            group.Current.Remove(slot);
            _stalls.Forget(group, slot);
            _ = group.Steering.Leave(slot);
        }

        if (group.Current.Count > 0 && !_wakes) Wake(group);
        Forget(group, changed);
    }

    /// <summary>Which of them has taken over, nobody tells: each is visited.</summary>
    private static void Wake(SharedGroup group)
    {
        foreach (var slot in group.Current.Keys) SlotVisit.Begin(group.Steering, group.Key, slot, out _)?.Dispose();
    }

    /// <summary>Where nobody has a share any more: who still ends what it has goes by the kernel's hash.</summary>
    private void Forget(SharedGroup group, HashSet<SharedGroup> changed)
    {
        if (group.Current.Count > 0 || _guests.AreIn(group)) return;
        if (_groups.GetValueOrDefault(group.Key) == group) _groups.Remove(group.Key);
        changed.Remove(group);
        group.Dispose();
    }

    private static void Refresh(HashSet<SharedGroup> changed, List<SocketRecord> listing)
    {
        foreach (var group in changed) _ = group.Steering.Refresh(listing);
    }

    private Dictionary<WorkerName, SlotCounts> Counts()
    {
        var counts = new Dictionary<WorkerName, SlotCounts>();
        foreach (var group in _groups.Values)
        {
            foreach (var (slot, process) in group.Current)
            {
                if (group.Steering.CountsOf(slot) is not { } more) continue;
                var worker = process.Placement.Worker;
                var before = counts.GetValueOrDefault(worker);
                counts[worker] = new SlotCounts(before.Given + more.Given, before.Migrated + more.Migrated);
            }
        }

        return counts;
    }

    /// <summary>What nobody has thought of must hold up nobody: the loop waits for answers.</summary>
    private void Guarded(Action act, Action? instead = null)
    {
        try
        {
            act();
        }
#pragma warning disable CA1031 // Nobody waits for this task, so what went wrong would be lost, and with it all steering.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            if (_fault != fault.Message) _log.SteeringFaulted(fault);
            _fault = fault.Message;
            instead?.Invoke();
        }
    }

    private void Refuse(SteeringRequest request)
    {
        switch (request)
        {
            case SteeringRequest.Serve serve:
                _mailbox.Post(new Message.Placed(serve.Placement.Process));
                break;
            case SteeringRequest.Withdraw withdraw:
                _mailbox.Post(new Message.Drained(withdraw.Process));
                break;
            case SteeringRequest.Visit visit:
                visit.Done.TrySetResult();
                break;
            case SteeringRequest.Count count:
                count.Done.TrySetResult(new Dictionary<WorkerName, SlotCounts>());
                break;
        }
    }

    private sealed class VisitEnd(Steerer steerer, SteeringRequest.Visit visit) : IDisposable
    {
        public void Dispose() => steerer.Post(new SteeringRequest.VisitEnded(visit));
    }
}
