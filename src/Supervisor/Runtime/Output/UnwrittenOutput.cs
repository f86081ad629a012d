using Reuseportd.Observability.Destinations;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Output;

/// <summary>
/// Bytes that were read and are left in their pipes until their lines are written. So a daemon that is killed loses no line: the
/// next one reads these bytes once more. Only the output loop's thread uses it.
/// </summary>
/// <param name="log">The queue of lines that go to no file.</param>
internal sealed class UnwrittenOutput(IWriteQueue log)
{
    /// <summary>
    /// The longest wait for a destination that accepts nothing: it must not block the worker. After that, the queue has the only
    /// copy.
    /// </summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The longest wait for the end of a line. A program can fill its pipe with few bytes by splice(2). Such a program must not
    /// wait for longer.
    /// </summary>
    private static readonly TimeSpan LongestLineWait = TimeSpan.FromMilliseconds(20);

    /// <summary>Most bytes of an unfinished line that are left in a pipe; a pipe has at least 4 KiB.</summary>
    private const int MostOfLine = 2048;

    private readonly byte[] _scratch = GC.AllocateUninitializedArray<byte>(64 * 1024, pinned: true);
    private readonly Dictionary<IWriteQueue, Waiting> _waiting = [];
    private readonly List<WorkerStream> _routed = [];
    private readonly Queue<(WorkerStream Stream, long Until, TimeSpan Due)> _unfinished = [];
    private readonly List<WorkerStream> _taken = [];

    /// <summary>True if no byte waits for a destination.</summary>
    public bool IsEmpty => _routed.Count == 0 && _waiting.Values.All(waiting => waiting.Entries.Count == 0);

    /// <summary>Notes that bytes of a stream were routed in this turn.</summary>
    public void Note(WorkerStream stream) => _routed.Add(stream);

    /// <summary>Must be called at the end of a turn, when all lines are in their queues.</summary>
    public void EndTurn(TimeSpan now)
    {
        foreach (var stream in _routed)
        {
            var isLong = stream.Splitter.Held > MostOfLine;
            Await(stream, isLong ? stream.BytesRead : stream.BytesInLines, now);
            if (!isLong && stream.BytesInLines < stream.BytesRead)
                _unfinished.Enqueue((stream, stream.BytesRead, now + LongestLineWait));
        }

        _routed.Clear();
    }

    /// <summary>Takes the bytes of written lines out of their pipes, and of those whose wait is over.</summary>
    /// <returns>The streams; valid until the next call.</returns>
    public IReadOnlyList<WorkerStream> TakeReady(TimeSpan now)
    {
        while (_unfinished.TryPeek(out var line) && line.Due <= now)
        {
            _unfinished.Dequeue();
            // Else more of the line was read since.
            if (line.Stream.BytesRead == line.Until && !line.Stream.HasEnded) Await(line.Stream, line.Until, now);
        }

        return TakeWritten(now);
    }

    /// <summary>Takes the bytes of written lines out of their pipes.</summary>
    /// <param name="now">The time, to end waits that are over; null to end none.</param>
    /// <returns>The streams; valid until the next call.</returns>
    public IReadOnlyList<WorkerStream> TakeWritten(TimeSpan? now = null)
    {
        _taken.Clear();
        foreach (var (queue, waiting) in _waiting) TakeWritten(queue, waiting, now);
        return _taken;
    }

    /// <summary>Takes all bytes of a stream that waits for no destination, also those of an unfinished line.</summary>
    public void TakeRest(WorkerStream stream)
    {
        if (stream.BytesTaken >= stream.BytesAwaited) Take(stream, stream.BytesRead);
    }

    /// <summary>Time to the next wait that is over; null if there is none.</summary>
    public TimeSpan? NextWait(TimeSpan now)
    {
        TimeSpan? soonest = _unfinished.TryPeek(out var line) ? Waits.Until(line.Due, now) : null;
        foreach (var waiting in _waiting.Values)
            if (waiting.Entries.TryPeek(out var oldest)) soonest = Waits.Shorter(soonest, Waits.Until(oldest.Due, now));
        return soonest;
    }

    private void Await(WorkerStream stream, long until, TimeSpan now)
    {
        if (until <= stream.BytesAwaited && !stream.HasEnded) return;
        stream.BytesAwaited = until;
        var queue = stream.File?.Queue ?? log;
        if (!_waiting.TryGetValue(queue, out var waiting)) _waiting.Add(queue, waiting = new Waiting());
        waiting.Entries.Enqueue(new Entry(queue.Appended, stream, until, now + LongestWait));
    }

    private void TakeWritten(IWriteQueue queue, Waiting waiting, TimeSpan? now)
    {
        if (waiting.Entries.Count == 0) return;
        var written = queue.WrittenOf(waiting.Entries.Peek().Number);
        while (waiting.Entries.TryPeek(out var entry))
        {
            if (entry.Number > written)
            {
                var isStuck = waiting.StuckAt == queue.Progress;
                if (!isStuck && !(entry.Due <= now)) break;
                waiting.StuckAt = queue.Progress;
            }

            waiting.Entries.Dequeue();
            Take(entry.Stream, entry.Until);
            _taken.Add(entry.Stream);
        }
    }

    private void Take(WorkerStream stream, long until)
    {
        while (until > stream.BytesTaken)
        {
            var count = (int)Math.Min(until - stream.BytesTaken, _scratch.Length);
            var read = stream.Pipe.Read(_scratch.AsSpan(0, count)).Count;
            // Only a process with a copy of this end can have taken them.
            stream.BytesTaken += read == 0 ? count : read;
        }
    }

    /// <param name="Number">The last entry of the queue that has bytes of this one, or a later one.</param>
    /// <param name="Until">The bytes of the stream up to here.</param>
    /// <param name="Due">The end of the wait.</param>
    private readonly record struct Entry(long Number, WorkerStream Stream, long Until, TimeSpan Due);

    private sealed class Waiting
    {
        public Queue<Entry> Entries { get; } = [];

        /// <summary>The queue's progress when it let an entry wait for too long.</summary>
        public long StuckAt { get; set; } = -1;
    }
}
