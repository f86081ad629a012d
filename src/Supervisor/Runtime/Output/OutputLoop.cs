using System.Collections.Concurrent;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.Output;

/// <summary>
/// Reads the output of all workers in one thread. Each turn reads a stream at most once, so a worker that floods its output
/// delays no other. The supervisor's loop runs in another thread and is not slowed down.
/// </summary>
internal sealed partial class OutputLoop : IDisposable
{
    private const ulong WakeToken = 0;
    private const ulong KernelToken = ulong.MaxValue;

    /// <summary>
    /// Bounds the reading of pipes after the last worker has ended: an orphan that cannot be killed may write without end.
    /// </summary>
    private static readonly TimeSpan DrainWithin = TimeSpan.FromSeconds(2);

    /// <summary>Bounds the writing of queued lines to files when the daemon ends.</summary>
    private static readonly TimeSpan FlushWithin = TimeSpan.FromSeconds(5);

    private readonly Mailbox _mailbox;
    private readonly LineRouter _router;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Epoll _epoll = new();
    private readonly EventFd _wake = new();
    private readonly ConcurrentQueue<WorkerStream> _arrivals = new();
    private readonly ConcurrentQueue<Action> _tasks = new();
    private readonly Dictionary<ulong, WorkerStream> _streams = [];
    private readonly HashSet<WorkerFile> _files = [];
    private readonly PausedStreams _paused = new();
    private readonly UnwrittenOutput _unwritten;
    private readonly ILineStore? _unfinished;
    private readonly Thread _thread;
    private ulong _lastToken = WakeToken;
    private volatile bool _stopping;
    private bool _isLeftAlone;
    private int _streamCount;

    /// <param name="kernel">The outcomes of the kernel; null if it reports none.</param>
    /// <param name="unfinished">Keeps unfinished lines; null if no daemon can follow.</param>
    public OutputLoop(
        Mailbox mailbox, WorkerLog lines, ILogger log, TimeProvider time, KernelOutcomes? kernel = null,
        ILineStore? unfinished = null)
    {
        (_mailbox, _log, _time, Kernel, _unfinished) = (mailbox, log, time, kernel, unfinished);
        _router = new LineRouter(mailbox, lines, log, kernel);
        _unwritten = new UnwrittenOutput(lines.Queue, unfinished);
        lines.Queue.NotifyWritten(Wake);
        _start = time.GetTimestamp();
        _epoll.Add(_wake, EpollEvents.Readable, WakeToken);
        if (kernel?.Descriptor is { } ring) _epoll.Add(ring, EpollEvents.Readable, KernelToken);
        Files = new FileQueues(log, time, Wake, lines.Lost);
        _thread = new Thread(Run) { IsBackground = true, Name = "output" };
    }

    /// <summary>
    /// Bounds the wait for the end of the thread. The kernel holds it while a worker's write(2) into a pipe waits for a page of
    /// a file system that does not answer: that call has the lock of the pipe.
    /// </summary>
    public TimeSpan EndWithin { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Keeps the newest output for clients; null if no client can ask for it.</summary>
    public OutputRetention? Retention { get; init; }

    /// <summary>The outcomes of the kernel; null if it reports none.</summary>
    public KernelOutcomes? Kernel { get; }

    /// <summary>The queues that write to workers' files.</summary>
    public FileQueues Files { get; }

    /// <summary>The number of open streams. Each has its own file descriptor. Thread-safe.</summary>
    public int StreamCount => Volatile.Read(ref _streamCount);

    public void Start()
    {
        _unfinished?.Begun.ContinueWith(_ => Wake(), TaskScheduler.Default);
        _thread.Start();
    }

    /// <summary>Takes over a stream and closes it at its end. Reading begins after the next <see cref="ReadAdded"/>.</summary>
    public void Add(WorkerStream stream)
    {
        Interlocked.Increment(ref _streamCount);
        _arrivals.Enqueue(stream);
    }

    /// <summary>
    /// Keeps what an earlier daemon has read of a line, for the next one: the stream may be added much later. Thread-safe.
    /// </summary>
    public void Keep(ulong process, OutputStream stream, UnfinishedLine line)
    {
        if (line.Bytes.Length > 0) _unfinished?.Save(process, stream, line);
    }

    /// <summary>Begins to read all added streams. One call for many streams saves wake-ups of the thread.</summary>
    public void ReadAdded()
    {
        if (!_arrivals.IsEmpty || Kernel is { HasChanges: true }) Wake();
    }

    /// <summary>Takes the outcome of an answered call. Thread-safe.</summary>
    public void Tell(ulong process, BindOutcome outcome)
    {
        if (Kernel is null) return;
        Kernel.Post(process, outcome);
        Wake();
    }

    /// <summary>Runs a task on this loop's thread, in order. After the thread has ended, the caller's thread runs it.</summary>
    public void Do(Action task)
    {
        _tasks.Enqueue(task);
        if (_thread.IsAlive || !_stopping) Wake();
        else DoTasks();
    }

    /// <summary>Closes a file that no stream writes to any more.</summary>
    public void Close(WorkerFile file) => Do(() =>
    {
        _files.Remove(file);
        file.Close();
    });

    /// <summary>
    /// Reads the rest of the streams and ends the thread; see <see cref="EndWithin"/>. Must be called when no worker runs any
    /// more.
    /// </summary>
    public void Stop()
    {
        _stopping = true;
        _wake.Signal();
        if (!_isLeftAlone && _thread.IsAlive && !_thread.Join(EndWithin))
        {
            _isLeftAlone = true;
            _log.OutputStuck(EndWithin);
        }

        Files.Stop(FlushWithin);
    }

    public void Dispose()
    {
        Stop();
        Files.Dispose();
        // The thread may still use the rest.
        if (_isLeftAlone) return;
        _view.Dispose();
        _epoll.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        TimeSpan? stopBy = null;
        while (true)
        {
            var ready = _epoll.Wait(NextWait(Now(), stopBy));
            var now = Now();
            var busy = false;
            foreach (var (token, what) in ready)
            {
                if (token == WakeToken) _wake.Drain();
                else if (token != KernelToken) busy |= Read(token, what, now);
            }

            busy |= ReadAgain(now) | TakeArrivals();
            DoTasks();
            Kernel?.Handle(now);
            foreach (var token in _paused.TakeReady(ReadSize, now)) Watch(_streams[token]);
            EndTurn(now);
            // Pipes that an orphan still holds open do not delay the end.
            if (!_stopping) continue;
            stopBy ??= now + DrainWithin;
            busy |= Kernel is { HasRead: true };
            if ((!busy && HasNothingLeft) || now >= stopBy) break;
        }

        End();
    }

    private TimeSpan? NextWait(TimeSpan now, TimeSpan? stopBy)
    {
        if (_again.Count > 0) return TimeSpan.Zero;
        var unwritten = _unwritten.NextWait(now);
        if (_stopping && _paused.IsEmpty)
        {
            if (stopBy is null || _unwritten.IsEmpty) return TimeSpan.Zero;
            return Waits.Shorter(unwritten, Waits.Until(stopBy.Value, now));
        }

        var lines = Waits.Shorter(_router.NextWait(now), Waits.Shorter(unwritten, _paused.NextWait(now)));
        return Waits.Shorter(Kernel?.NextWait(now), lines);
    }

    private void EndTurn(TimeSpan now)
    {
        _router.HandleDue(now);
        _router.HandOver();
        _unwritten.EndTurn(now);
        Follow(_unwritten.TakeWritten(now));
    }

    private void End()
    {
        foreach (var stream in _streams.Values) End(stream, Now());
        _router.HandOver();
        foreach (var stream in _ended) Close(stream);
        foreach (var file in _files) file.Close();
        DoTasks();
    }

    private TimeSpan Now() => _time.GetElapsedTime(_start);

    private void Wake()
    {
        try
        {
            _wake.Signal();
        }
        catch (ObjectDisposedException) when (_stopping)
        {
            // A file system that hung has answered after the daemon's end.
        }
    }

    private void DoTasks()
    {
        while (_tasks.TryDequeue(out var task)) task();
    }
}
