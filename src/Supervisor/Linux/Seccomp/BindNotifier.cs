using System.Collections.Concurrent;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Seccomp;

/// <summary>
/// Answers bind(2) and listen(2) of the workers of one service, on a thread of its own. A process can make that thread wait for
/// as long as it wants (<see cref="CallAnswer.Give"/>), and then the calls of the other processes of its service wait too. These
/// run as the same user, so that process could stop them in any case. No other thread of the daemon waits. Any thread may call
/// the methods.
/// </summary>
internal sealed unsafe class BindNotifier : IDisposable
{
    private const ulong WakeToken = ulong.MaxValue;
    private const int StackBytes = 256 * 1024;

    private readonly ConcurrentDictionary<ulong, WorkerCalls> _workers = [];
    private readonly ConcurrentQueue<(WorkerCalls Worker, IReadOnlyList<BindCall> Calls)> _unanswered = [];
    /// <summary>Workers with lost outcomes that are not told. For the thread.</summary>
    private readonly HashSet<WorkerCalls> _losing = [];
    private readonly Lock _gate = new();
    private readonly Epoll _epoll = new();
    private readonly EventFd _wake = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Action<ulong, BindOutcome> _tell;
    private readonly Action<ulong> _confined;
    private readonly TimeProvider _time;
    private readonly CallRecords? _records;
    private readonly byte* _record;

    /// <summary>Of the newest worker: the next one usually has the same.</summary>
    private ShareRules? _rules;
    private bool _isDisposed;

    private BindNotifier(Action<ulong, BindOutcome> tell, Action<ulong> confined, TimeProvider time, CallRecords? records)
    {
        (_tell, _confined, _time, _records) = (tell, confined, time, records);
        if (records is not null) _record = records.Take();
        _epoll.Add(_wake, EpollEvents.Readable, WakeToken);
    }

    private TimeSpan Now => _time.GetElapsedTime(0);

    /// <summary>Completes when the thread has ended.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Workers that have a process, or had one until a moment ago.</summary>
    public int Count => _workers.Count;

    /// <param name="tell">
    /// Called on the thread with the number of the worker, before the call of the program returns; it must not wait. The outcomes
    /// of each worker are limited, see <see cref="OutcomeLimit"/>.
    /// </param>
    /// <param name="confined">
    /// As above: a process of the worker restricts itself by Landlock. The next daemon must know it
    /// (<see cref="FormerCalls"/>).
    /// </param>
    /// <param name="records">Keeps the call that is being answered for the next daemon; null for none.</param>
    /// <returns>Null without memory or a pid for the thread.</returns>
    /// <exception cref="LinuxException">No descriptor is left.</exception>
    public static BindNotifier? TryStart(
        Action<ulong, BindOutcome> tell, Action<ulong> confined, TimeProvider time, CallRecords? records = null)
    {
        var notifier = new BindNotifier(tell, confined, time, records);
        try
        {
            new Thread(notifier.Run, StackBytes) { IsBackground = true, Name = "binds" }.Start();
            return notifier;
        }
        catch (OutOfMemoryException)
        {
            notifier.Close();
            return null;
        }
    }

    /// <summary>
    /// Answers the calls of a worker's processes until the last of them has ended. Call this soon after the start: until then
    /// the calls wait.
    /// </summary>
    /// <param name="listener">Of <see cref="Spawning.Spawned.BindListener"/>; from now on the notifier owns it.</param>
    /// <param name="worker">The number that outcomes carry; no other worker of this notifier has it.</param>
    /// <param name="former">Of a worker that an earlier daemon started; otherwise null.</param>
    /// <returns>
    /// The error of epoll, or EBADF if this object is disposed. The listener is then closed, and the calls fail with ENOSYS.
    /// </returns>
    public Errno Add(Descriptor listener, ReuseportSpec spec, ulong worker, FormerCalls? former = null)
    {
        lock (_gate)
        {
            if (_rules?.Spec != spec) _rules = new ShareRules(spec);
            var calls = new WorkerCalls(
                new CallQueue(listener, _record), _rules, outcome => _tell(worker, outcome), () => _confined(worker),
                former?.IsConfined ?? false);
            if (!_workers.TryAdd(worker, calls)) throw new ArgumentException("the number is in use", nameof(worker));
            var errno = _isDisposed ? Errno.BadDescriptor : _epoll.Add(listener, EpollEvents.Readable, worker);
            if (errno != Errno.None) Remove(worker);
            else if (former is { Unanswered: { Count: > 0 } unanswered })
            {
                _unanswered.Enqueue((calls, unanswered));
                _wake.Signal();
            }

            return errno;
        }
    }

    /// <summary>From now on, calls of the worker's processes fail with ENOSYS. Without effect if it was removed.</summary>
    public void Remove(ulong worker)
    {
        if (_workers.TryRemove(worker, out var calls)) calls.Dispose();
    }

    /// <summary>
    /// Waiting and further calls of all processes fail with ENOSYS. Does not wait for the thread, which a process can hold.
    /// </summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            foreach (var worker in _workers.Keys) Remove(worker);
            _wake.Signal();
        }
    }

    /// <summary>One call of each ready worker in a turn, so that no worker waits for all calls of another.</summary>
    private void Run()
    {
        var rights = new BorrowedCapabilities();
        while (!Volatile.Read(ref _isDisposed))
        {
            foreach (var ready in _epoll.Wait(TimeToReport()))
            {
                if (ready.Token == WakeToken) _wake.Drain();
                if (!_workers.TryGetValue(ready.Token, out var calls)) continue;
                if ((ready.What & EpollEvents.Readable) != 0) Answer(calls, rights);
                else Remove(ready.Token);
            }

            while (_unanswered.TryDequeue(out var left)) left.Worker.AnswerAgain(left.Calls, rights, Now);
            _losing.RemoveWhere(calls => calls.Report(Now));
        }

        lock (_gate) Close();
        _ended.SetResult();
    }

    private void Answer(WorkerCalls calls, BorrowedCapabilities rights)
    {
        calls.AnswerOne(rights, Now);
        if (calls.Due is not null) _losing.Add(calls);
    }

    private TimeSpan? TimeToReport() => _losing.Min(calls => calls.Due) - Now;

    private void Close()
    {
        _epoll.Dispose();
        _wake.Dispose();
        _records?.Return(_record);
    }
}
