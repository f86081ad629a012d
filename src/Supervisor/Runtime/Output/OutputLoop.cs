using System.Collections.Concurrent;
using Reuseportd.Binding;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.Output;

/// <summary>
/// Reads the output of all workers in one thread: bytes to lines, the preload library's lines to outcomes, all others into
/// the log as they are. In each turn a stream is read once, so that a flood from one worker delays no other; the supervisor's own
/// loop is not slowed at all.
/// </summary>
internal sealed partial class OutputLoop : IDisposable
{
    private const int ReadSize = 64 * 1024;
    private const ulong WakeToken = 0;

    /// <summary>For what is left in the pipes once no worker runs: a stray that cannot be killed may write for ever.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(2);

    /// <summary>For what waits to be written to files at the end.</summary>
    private static readonly TimeSpan FlushWithin = TimeSpan.FromSeconds(5);

    private readonly Mailbox _mailbox;
    private readonly WorkerLog _lines;
    private readonly ILogger _log;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly Epoll _epoll = new();
    private readonly EventFd _wake = new();
    private readonly ConcurrentQueue<WorkerStream> _arrivals = new();
    private readonly Dictionary<ulong, WorkerStream> _streams = [];
    private readonly DeadlineQueue<WorkerStream> _dropsToSay = new();
    private readonly RecordBuffer _line = new();
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(ReadSize, pinned: true);
    private readonly Thread _thread;
    private ulong _lastToken = WakeToken;
    private volatile bool _stopping;
    private int _streamCount;

    public OutputLoop(Mailbox mailbox, WorkerLog lines, ILogger log, TimeProvider time)
    {
        (_mailbox, _lines, _log, _time) = (mailbox, lines, log, time);
        _start = time.GetTimestamp();
        _epoll.Add(_wake, EpollEvents.Readable, WakeToken);
        Files = new FileQueues(log, time, Wake);
        _thread = new Thread(Run) { IsBackground = true, Name = "output" };
    }

    /// <summary>Keeps the newest of all output, for who asks; null for nobody.</summary>
    public OutputRetention? Retention { get; init; }

    /// <summary>What workers' files are written by.</summary>
    public FileQueues Files { get; }

    /// <summary>Streams that are open, each with a descriptor of its own. For any thread.</summary>
    public int StreamCount => Volatile.Read(ref _streamCount);

    public void Start() => _thread.Start();

    /// <summary>Takes over a stream; it is closed here at its end. It is read from the next <see cref="ReadAdded"/> on.</summary>
    public void Add(WorkerStream stream)
    {
        Interlocked.Increment(ref _streamCount);
        _arrivals.Enqueue(stream);
    }

    /// <summary>To be called once for all streams that were added: waking a thread costs more than adding one.</summary>
    public void ReadAdded()
    {
        if (!_arrivals.IsEmpty) Wake();
    }

    /// <summary>Reads what is left of the streams and ends; to be called when no worker runs any more.</summary>
    public void Stop()
    {
        _stopping = true;
        _wake.Signal();
        if (_thread.IsAlive) _thread.Join();
        Files.Stop(FlushWithin);
    }

    public void Dispose()
    {
        Stop();
        Files.Dispose();
        _epoll.Dispose();
        _wake.Dispose();
    }

    private void Run()
    {
        TimeSpan? stopBy = null;
        while (true)
        {
            var ready = _epoll.Wait(NextWait(Now()));
            var now = Now();
            var busy = false;
            foreach (var (token, _) in ready)
            {
                if (token == WakeToken) _wake.Drain();
                else busy |= Read(token, now);
            }

            // What has only just come has not been read yet.
            busy |= TakeArrivals();
            DoErrands();
            Resume(now);
            SayDropped(now);
            _lines.HandOver();
            // What a stray process still holds open is not waited for.
            if (!_stopping) continue;
            stopBy ??= now + LastWords;
            if ((!busy && _arrivals.IsEmpty && !HasPaused) || now >= stopBy) break;
        }

        foreach (var (token, stream) in _streams) End(token, stream, Now());
        _lines.HandOver();
        CloseFiles();
    }

    private TimeSpan? NextWait(TimeSpan now)
    {
        if (_stopping && !HasPaused) return TimeSpan.Zero;
        var (drops, paused) = (_dropsToSay.NextWait(now), NextStall(now));
        return drops is null || paused < drops ? paused : drops;
    }

    private TimeSpan Now() => _time.GetElapsedTime(_start);

    /// <returns>Whether there were any.</returns>
    private bool TakeArrivals()
    {
        var any = false;
        while (_arrivals.TryDequeue(out var stream))
        {
            var token = ++_lastToken;
            _streams.Add(token, stream);
            Watch(token, stream);
            any = true;
        }

        return any;
    }

    private void Watch(ulong token, WorkerStream stream)
    {
        var watched = _epoll.Add(stream.Pipe, EpollEvents.Readable, token);
        if (watched == Errno.None) return;
        // Closed, it ends a worker that writes; open and unread, it would hang one for ever.
        _log.OutputLost(stream.Source.Worker, stream.Source.Pid, stream.Source.Stream, watched);
        End(token, stream, Now());
    }

    /// <returns>Whether anything was read.</returns>
    private bool Read(ulong token, TimeSpan now)
    {
        if (!_streams.TryGetValue(token, out var stream)) return false;
        if (stream.File is { } file && MustWait(file, ReadSize + stream.Splitter.Held))
        {
            Pause(token, stream, file.Queue, now);
            return false;
        }

        var result = stream.Pipe.Read(_buffer);
        if (result.Count > 0)
        {
            var chunk = _buffer.AsSpan(0, result.Count);
            Retention?.Append(stream.Source, chunk);
            stream.LastWords?.Take(stream.Source.Stream, chunk);
            if (stream.File is null) TakeLines(stream, chunk, now);
            else TakeForFile(stream, stream.File, chunk, now);
            return true;
        }

        if (result.Errno != Errno.Again) End(token, stream, now);
        return false;
    }

    private void End(ulong token, WorkerStream stream, TimeSpan now)
    {
        foreach (var line in stream.Splitter.Finish()) Take(stream, line, now);
        SayDropped(stream, stream.LineLimit.CollectAll() + stream.OutcomeLimit.CollectAll());
        _streams.Remove(token);
        _epoll.Remove(stream.Pipe);
        stream.Pipe.Dispose();
        Interlocked.Decrement(ref _streamCount);
        if (stream.File is { } file) Leave(file);
        stream.LastWords?.End(stream.Source.Stream);
        if (stream.Source.Stream == OutputStream.Stderr) _mailbox.Post(new OutputMessage.StreamEnded(stream.Process));
    }

    private void TakeLines(WorkerStream stream, ReadOnlySpan<byte> chunk, TimeSpan now)
    {
        foreach (var line in stream.Splitter.Split(chunk)) Take(stream, line, now);
    }

    private void Take(WorkerStream stream, Line line, TimeSpan now)
    {
        if (!line.Continues && !line.Cut && stream.Source.Stream == OutputStream.Stderr
            && OutcomeParser.TryFind(line.Bytes, out var own, out var outcome) && stream.IsGenuine(outcome, behindWords: own > 0))
        {
            if (own > 0) TakeLine(stream, new Line(line.Bytes[..own]), now);
            TakeOutcome(stream, outcome, now);
        }
        else TakeLine(stream, line, now);
    }

    private void TakeLine(WorkerStream stream, Line line, TimeSpan now)
    {
        if (stream.File is { } file)
        {
            AppendLine(stream, file, line);
            return;
        }

        if (stream.LineLimit.Admit(now, out var dropped))
        {
            SayDropped(stream, dropped);
            _lines.Append(stream.Source, line);
        }
        else RemindOfDropped(stream, stream.LineLimit.Due);
    }

    private void TakeOutcome(WorkerStream stream, BindOutcome outcome, TimeSpan now)
    {
        var admitted = stream.OutcomeLimit.Admit(now, out var dropped);
        SayDropped(stream, dropped);
        if (!admitted) RemindOfDropped(stream, stream.OutcomeLimit.Due);
        var news = stream.IsNews(outcome);
        if (!admitted && !news) return;

        // First, as the log may keep this thread waiting, and readiness should not.
        _mailbox.Post(new OutputMessage.OutcomeSeen(stream.Process, outcome));
        _lines.HandOver();
        _log.Outcome(stream.Source.Worker, stream.Source.Pid, outcome);
    }

    private void RemindOfDropped(WorkerStream stream, TimeSpan? due)
    {
        if (due is not { } at || stream.SayDroppedAt is not null) return;
        stream.SayDroppedAt = at;
        _dropsToSay.Add(stream, at);
    }

    private void SayDropped(TimeSpan now)
    {
        while (_dropsToSay.TryTake(now, out var stream, out _))
        {
            stream.SayDroppedAt = null;
            SayDropped(stream, stream.LineLimit.Collect(now) + stream.OutcomeLimit.Collect(now));
            RemindOfDropped(stream, stream.LineLimit.Due ?? stream.OutcomeLimit.Due);
        }
    }

    private void SayDropped(WorkerStream stream, long count)
    {
        if (count == 0) return;
        _lines.HandOver();
        _log.Dropped(stream.Source.Worker, stream.Source.Pid, stream.Source.Stream, count);
    }
}
