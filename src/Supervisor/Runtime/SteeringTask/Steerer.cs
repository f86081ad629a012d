using System.Threading.Channels;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.ReusePort;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// Who gets the connections of shared ports: gives workers their share, takes it from those that are to go or are stuck, and
/// tells when a process has nothing left. It waits in one task for requests and for the next look at queues; a look that takes
/// its time holds up neither the loop nor a worker.
/// </summary>
/// <param name="wakes">
/// Whether the kernel wakes who takes over the queue of a listener that has closed; else it is done here.
/// </param>
internal sealed class Steerer(SteeringMode mode, bool wakes, Mailbox mailbox, ILogger log, TimeProvider time) : IAsyncDisposable
{
    private readonly Channel<SteeringRequest> _requests = Channel.CreateUnbounded<SteeringRequest>(new() { SingleReader = true });
    private readonly long _start = time.GetTimestamp();

    /// <summary>The last fault that was said: each is said once.</summary>
    private string? _fault;
    private Task _running = Task.CompletedTask;

    /// <summary>As the configuration names it.</summary>
    public string Way => mode.Kind switch
    {
        SteeringKind.Program => "ebpf",
        SteeringKind.Classic => "cbpf",
        _ => "none",
    };

    /// <summary>
    /// Whether the members of a group are known by the order of their coming and going: then none is to come between the end of a
    /// process and <see cref="SteeringMessage.Departed"/>.
    /// </summary>
    public bool FollowsOrder => mode.Kind == SteeringKind.Classic;

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

    private TimeSpan Now => time.GetElapsedTime(_start);

    private async Task RunAsync()
    {
        using var diag = Open();
        var groups = new SharedGroups(mode, wakes, mailbox, log, diag);
        Task<bool>? more = null;
        while (true)
        {
            more ??= _requests.Reader.WaitToReadAsync().AsTask();
            if (groups.NextWait(Now) is { } wait) await Task.WhenAny(more, Task.Delay(wait, time));
            else await more;
            if (more.IsCompleted)
            {
                if (!await more) break;
                more = null;
                TakeAll(groups, diag);
            }

            Guarded(() => groups.WatchDrains(Now));
            Guarded(() => groups.WatchStalls(Now));
        }

        foreach (var group in groups.All) Guarded(group.Dispose);
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

    /// <summary>One listing serves all that have come by now: of who comes while they are served it knows nothing.</summary>
    private void TakeAll(SharedGroups groups, SockDiag? diag)
    {
        List<SteeringRequest> requests = [];
        while (_requests.Reader.TryRead(out var request)) requests.Add(request);
        List<SocketRecord>? listing = null;
        foreach (var request in requests) Guarded(() => Take(request, groups, () => listing ??= Listing.Of(diag)), () => Refuse(request));
        Guarded(groups.Settle);
        if (!FollowsOrder) return;
        foreach (var gone in requests.OfType<SteeringRequest.Gone>()) mailbox.Post(new SteeringMessage.Departed(gone.Process));
    }

    private void Take(SteeringRequest request, SharedGroups groups, Func<List<SocketRecord>> listing)
    {
        switch (request)
        {
            case SteeringRequest.Serve serve:
                groups.Serve(serve.Placement, listing());
                mailbox.Post(new SteeringMessage.Placed(serve.Placement.Process));
                break;
            case SteeringRequest.Withdraw withdraw:
                if (!groups.Withdraw(withdraw.Process, Now)) mailbox.Post(new SteeringMessage.Drained(withdraw.Process));
                break;
            case SteeringRequest.Release release:
                if (!groups.Release(release.Process)) mailbox.Post(new SteeringMessage.Drained(release.Process));
                break;
            case SteeringRequest.Expect expect:
                groups.Expect(expect.Process);
                mailbox.Post(new SteeringMessage.Expected(expect.Process));
                break;
            case SteeringRequest.Gone gone:
                groups.Remove(gone.Process, gone.Service);
                break;
            case SteeringRequest.Visit visit:
                groups.Visit(visit, listing);
                visit.Done.TrySetResult();
                break;
            case SteeringRequest.VisitEnded ended:
                groups.EndVisit(ended.Visited);
                break;
            case SteeringRequest.Count count:
                count.Done.TrySetResult(groups.Counts());
                break;
            default:
                throw new InvalidOperationException($"no such request: {request}");
        }
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
            if (_fault != fault.Message) log.SteeringFaulted(fault);
            _fault = fault.Message;
            instead?.Invoke();
        }
    }

    /// <summary>Answers it as where nothing is steered.</summary>
    private void Refuse(SteeringRequest request)
    {
        switch (request)
        {
            case SteeringRequest.Serve serve:
                mailbox.Post(new SteeringMessage.Placed(serve.Placement.Process));
                break;
            case SteeringRequest.Withdraw withdraw:
                mailbox.Post(new SteeringMessage.Drained(withdraw.Process));
                break;
            case SteeringRequest.Release release:
                mailbox.Post(new SteeringMessage.Drained(release.Process));
                break;
            case SteeringRequest.Expect expect:
                mailbox.Post(new SteeringMessage.Expected(expect.Process));
                break;
            case SteeringRequest.Gone gone:
                mailbox.Post(new SteeringMessage.Departed(gone.Process));
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
