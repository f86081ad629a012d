using System.Threading.Channels;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sharding;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// Distributes the connections of shared ports. Gives workers their share, takes it from draining and stuck workers, and reports
/// drained processes. One task waits for requests and for the next look at queues. A slow look delays neither the loop nor a
/// worker.
/// </summary>
/// <param name="wakes">
/// True if the kernel wakes the process that inherits the queue of a closed listener. Otherwise a connection of the daemon wakes
/// it.
/// </param>
/// <param name="programs">The BPF programs that count connections; null without them.</param>
/// <param name="store">Keeps the groups for a later daemon; null without one.</param>
internal sealed partial class Steerer(
    SteeringMode mode,
    bool wakes,
    Mailbox mailbox,
    ILogger log,
    TimeProvider time,
    ShardingPrograms? programs = null,
    InheritedSteering? inherited = null,
    IGroupStore? store = null)
    : IAsyncDisposable
{
    private readonly Channel<SteeringRequest> _requests = Channel.CreateUnbounded<SteeringRequest>(new() { SingleReader = true });
    private readonly long _start = time.GetTimestamp();

    /// <summary>The last fault that was logged. Repetitions are not logged.</summary>
    private string? _fault;
    private Task _running = Task.CompletedTask;

    /// <summary>
    /// Null before the start. It is kept after the end: a later daemon may continue with the groups, and a finalizer would close
    /// the descriptors of unused ones.
    /// </summary>
    private SharedGroups? _groups;

    /// <summary>True if a later daemon continues with the groups.</summary>
    private bool _isSaved;

    /// <summary>The mode as the configuration names it.</summary>
    public string Way => mode.Kind switch
    {
        SteeringKind.Program => "ebpf",
        SteeringKind.Classic => "cbpf",
        _ => "none",
    };

    /// <summary>
    /// True if the steering program knows members only by the order in which they joined and left. No worker may then start
    /// between the end of a process and <see cref="SteeringMessage.EndNoted"/>.
    /// </summary>
    public bool FollowsOrder => mode.Kind == SteeringKind.Classic;

    public void Start() => _running = Task.Run(RunAsync);

    public void Post(SteeringRequest request)
    {
        if (!_requests.Writer.TryWrite(request)) Refuse(request);
    }

    /// <summary>The groups, for a later daemon. The steerer then changes nothing any more.</summary>
    public Task<SteeringRecord> SaveAsync()
    {
        var done = new TaskCompletionSource<SteeringRecord>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(new SteeringRequest.Save(done));
        return done.Task;
    }

    /// <summary>Routes connections from a client's port to a process until the result is disposed.</summary>
    public async Task<IDisposable> VisitAsync(Placement placement, int port, int clientPort)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var visit = new SteeringRequest.Visit(placement, port, clientPort, done);
        Post(visit);
        await done.Task;
        return new VisitEnd(this, visit);
    }

    /// <summary>Returns every group to the kernel's hash.</summary>
    public async ValueTask DisposeAsync()
    {
        _requests.Writer.TryComplete();
        await _running;
    }

    private TimeSpan Now => time.GetElapsedTime(_start);

    private async Task RunAsync()
    {
        using var diag = Open();
        var groups = new SharedGroups(mode, wakes, mailbox, log, diag, programs, inherited ?? InheritedSteering.None, store);
        _groups = groups;
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
                if (_isSaved)
                {
                    // A later daemon goes on with the groups. No rescue may be under way then.
                    await AnswerCountsAsync(groups);
                    return;
                }
            }

            Guarded(() => groups.WatchDrains(Now));
            Guarded(() => groups.WatchStalls(Now));
        }

        Guarded(groups.EndAll);
    }

    /// <summary>A container may forbid the socket family. Queue lengths are unknown in that case.</summary>
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

    /// <summary>
    /// Takes all pending requests with one listing of sockets. The listing does not show sockets that appear later.
    /// </summary>
    private void TakeAll(SharedGroups groups, SockDiag? diag)
    {
        List<SteeringRequest> requests = [];
        while (_requests.Reader.TryRead(out var request)) requests.Add(request);
        List<SocketRecord>? listing = null;
        foreach (var request in requests)
            Guarded(() => Handle(request, groups, () => listing ??= SocketListing.Of(diag)), instead: () => Refuse(request));
        Guarded(groups.ApplyChanges);
        if (!FollowsOrder) return;
        foreach (var ended in requests.OfType<SteeringRequest.Ended>()) mailbox.Post(new SteeringMessage.EndNoted(ended.Process));
    }

    private void Handle(SteeringRequest request, SharedGroups groups, Func<List<SocketRecord>> listing)
    {
        switch (request)
        {
            case SteeringRequest.Serve serve:
                groups.Serve(serve.Placement, listing());
                mailbox.Post(new SteeringMessage.Placed(serve.Placement.Process));
                break;
            case SteeringRequest.Withdraw { Inherited: { } placement, IsWithAll: var isWithAll }:
                groups.WithdrawAgain(placement, listing(), isWithAll, Now);
                break;
            case SteeringRequest.Withdraw withdraw:
                if (!groups.Withdraw(withdraw.Process, withdraw.IsWithAll, Now))
                    mailbox.Post(new SteeringMessage.Drained(withdraw.Process));
                break;
            case SteeringRequest.Restored:
                groups.EndRestore(Now);
                break;
            case SteeringRequest.Release release:
                if (!groups.Release(release.Process)) mailbox.Post(new SteeringMessage.Drained(release.Process));
                break;
            case SteeringRequest.Idle idle:
                groups.HandleIdle(idle.Process, Now);
                break;
            case SteeringRequest.PrepareEnd prepare:
                groups.PrepareEnd(prepare.Process);
                mailbox.Post(new SteeringMessage.EndPrepared(prepare.Process));
                break;
            case SteeringRequest.Ended ended:
                groups.Remove(ended.Process, ended.Service);
                break;
            case SteeringRequest.Visit visit:
                groups.Visit(visit, listing);
                visit.Done.TrySetResult();
                break;
            case SteeringRequest.VisitEnded visited:
                groups.EndVisit(visited.Visited);
                break;
            case SteeringRequest.Count count:
                count.Done.TrySetResult(groups.Counts());
                break;
            case SteeringRequest.Forget forget:
                groups.Forget(forget.Service);
                break;
            case SteeringRequest.Save save:
                _isSaved = true;
                save.Done.TrySetResult(groups.Save());
                break;
            default:
                throw new InvalidOperationException($"no such request: {request}");
        }
    }

    /// <summary>Keeps an unexpected exception from stopping the task: the loop waits for its answers.</summary>
    private void Guarded(Action act, Action? instead = null)
    {
        try
        {
            act();
        }
#pragma warning disable CA1031 // No code awaits this task: an exception would end all steering unnoticed.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            if (_fault != fault.Message) log.SteeringFaulted(fault);
            _fault = fault.Message;
            instead?.Invoke();
        }
    }

    private sealed class VisitEnd(Steerer steerer, SteeringRequest.Visit visit) : IDisposable
    {
        public void Dispose() => steerer.Post(new SteeringRequest.VisitEnded(visit));
    }
}
