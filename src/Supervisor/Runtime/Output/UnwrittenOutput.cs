using Reuseportd.Observability.Destinations;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Output;

/// <summary>
/// Bytes that were read and are left in their pipes until their lines are written. So a daemon that is killed loses no line: the
/// next one reads these bytes once more. Only the output loop's thread uses it.
/// </summary>
/// <param name="log">The queue of lines that go to no file.</param>
/// <param name="lines">Keeps unfinished lines; null if no daemon can follow.</param>
internal sealed class UnwrittenOutput(IWriteQueue log, ILineStore? lines)
{
    /// <summary>
    /// The longest wait for a destination that accepts nothing: it must not block the worker. After that, the queue has the only
    /// copy.
    /// </summary>
    public static readonly TimeSpan LongestWait = FileQueue.StallAfter;

    /// <summary>
    /// Few bytes are taken with the next ones, or after this time: a wake-up for each line would cost more than the line. Lines
    /// that were written in this time come twice after a kill.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(5);

    /// <summary>Most reads of a stream that wait: each has a copy of the unfinished line.</summary>
    private const int MostReads = 8;

    /// <summary>
    /// Longer unfinished lines are not kept: each read would write all of such a line once more. The default of <c>line_max</c>.
    /// </summary>
    private const int LongestLine = 8 * 1024;

    private readonly byte[] _scratch = GC.AllocateUninitializedArray<byte>(64 * 1024, pinned: true);
    private readonly Dictionary<IWriteQueue, Waiting> _waiting = [];
    private readonly List<(WorkerStream Stream, IWriteQueue Queue)> _routed = [];
    private readonly List<WorkerStream> _taken = [];
    private readonly LineBudget _budget = new();
    private bool _mayTake = lines is null;

    /// <summary>True if no byte waits for a destination.</summary>
    public bool IsEmpty => _routed.Count == 0 && _waiting.Values.All(waiting => waiting.Entries.Count == 0);

    /// <summary>True if a stream must not be read before its bytes are taken.</summary>
    public static bool IsFull(WorkerStream stream) => stream.ReadsLeft >= MostReads;

    /// <summary>To be called before the first read of a stream. An earlier daemon may have read a part of a line.</summary>
    public static void Adopt(WorkerStream stream)
    {
        stream.Line = LineOf(stream);
        // A hand-over passes lines of any length on, and the next daemon keeps them.
        stream.IsKept = stream.Splitter.Held > 0;
        stream.Many = Math.Min(16 * 1024, stream.Pipe.Capacity / 2);
    }

    /// <summary>Notes that bytes of a stream were routed in this turn.</summary>
    public void Note(WorkerStream stream) => _routed.Add((stream, stream.File?.Queue ?? log));

    /// <summary>Must be called at the end of a turn, when all lines are in their queues.</summary>
    public void EndTurn(TimeSpan now)
    {
        foreach (var (stream, queue) in _routed)
        {
            if (!_waiting.TryGetValue(queue, out var waiting)) _waiting.Add(queue, waiting = new Waiting());
            var entry = new Entry(queue.Appended, stream, stream.Reads++, stream.BytesRead, LineOf(stream), now);
            waiting.Entries.Enqueue(entry);
            if (stream.BytesLeft >= stream.Many || stream.ReadsLeft >= MostReads / 2 || stream.HangsUp)
                waiting.Urgent = entry.Number;
        }

        _routed.Clear();
    }

    /// <summary>Takes all that was read, whether it is written or not.</summary>
    public void TakeAll(WorkerStream stream) => Take(stream, stream.BytesRead);

    /// <summary>Takes the bytes of written lines out of their pipes.</summary>
    /// <param name="now">The time, to end waits that are over; null to end none.</param>
    /// <returns>The streams; valid until the next call.</returns>
    public IReadOnlyList<WorkerStream> TakeWritten(TimeSpan? now)
    {
        _taken.Clear();
        if (!MayTake(now)) return _taken;
        int before;
        do
        {
            before = _taken.Count;
            foreach (var (queue, waiting) in _waiting) TakeWritten(queue, waiting, now);
        }
        while (_taken.Count > before && _waiting.Values.Any(waiting => waiting.IsBehind));

        return _taken;
    }

    /// <summary>Time to the next wait that is over; null if there is none.</summary>
    public TimeSpan? NextWait(TimeSpan now)
    {
        TimeSpan? soonest = null;
        foreach (var waiting in _waiting.Values)
        {
            if (!waiting.Entries.TryPeek(out var oldest) || waiting.IsBehind) continue;
            var due = !_mayTake ? oldest.Since + LongestWait
                : waiting.HasAsked ? waiting.ProgressSince + LongestWait
                : oldest.Since + Grace;
            soonest = Waits.Shorter(soonest, Waits.Until(due, now));
        }

        return soonest;
    }

    private static UnfinishedLine LineOf(WorkerStream stream) =>
        stream.Splitter.Held is > 0 and <= LongestLine
            ? new UnfinishedLine(stream.Splitter.Suspend(out var continues), continues)
            : UnfinishedLine.None;

    /// <summary>
    /// False until a daemon that follows would know of it: it would lack what was taken, or read a line from the middle. As
    /// this must not block a worker, it is not waited for longer than for a destination.
    /// </summary>
    private bool MayTake(TimeSpan? now) => _mayTake = _mayTake || lines!.Begun.IsCompleted || _waiting.Values.Any(
        waiting => waiting.Entries.TryPeek(out var oldest) && oldest.Since + LongestWait <= now);

    private void TakeWritten(IWriteQueue queue, Waiting waiting, TimeSpan? now)
    {
        while (waiting.Entries.TryPeek(out var oldest))
        {
            waiting.IsBehind = oldest.Read != oldest.Stream.ReadsTaken;
            if (waiting.IsBehind) return;
            waiting.HasAsked = now is null || oldest.Number <= waiting.Urgent || oldest.Since + Grace <= now;
            if (oldest.Number > queue.WrittenOf(waiting.HasAsked ? oldest.Number : 0) && !IsStuck(queue, waiting, oldest, now))
                return;
            waiting.Entries.Dequeue();
            Take(oldest, now);
            _taken.Add(oldest.Stream);
        }
    }

    /// <summary>True if the destination has accepted nothing for too long, and nothing since.</summary>
    private static bool IsStuck(IWriteQueue queue, Waiting waiting, in Entry oldest, TimeSpan? now)
    {
        var progress = queue.Progress;
        if (waiting.StuckAt == progress) return true;
        if (waiting.Progress != progress || waiting.ProgressSince < oldest.Since)
            (waiting.Progress, waiting.ProgressSince) = (progress, now ?? oldest.Since);
        if (!(waiting.ProgressSince + LongestWait <= now)) return false;
        waiting.StuckAt = progress;
        return true;
    }

    /// <summary>
    /// The line is kept before its bytes are taken: the next daemon lacks none. If this one is killed in between, the next one
    /// reads bytes of written lines again, behind the kept beginning of a later line. That line is garbled then.
    /// </summary>
    private void Take(in Entry entry, TimeSpan? now)
    {
        var stream = entry.Stream;
        stream.ReadsTaken++;
        // All was taken, whether it was written or not.
        if (entry.Until < stream.BytesTaken) return;
        var isKept = now is not { } time || _budget.Allows(entry.Line.Bytes.Length, entry.Until - stream.BytesTaken, time);
        var line = isKept ? entry.Line : UnfinishedLine.None;
        if (stream.IsKept || line.Bytes.Length > 0) lines?.Save(stream.Process, stream.Source.Stream, line);
        (stream.Line, stream.IsKept) = (entry.Line, line.Bytes.Length > 0);
        Take(stream, entry.Until);
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
    /// <param name="Read">The number of earlier reads of the stream.</param>
    /// <param name="Until">The bytes of the stream up to here.</param>
    /// <param name="Line">The unfinished line at the end of these bytes.</param>
    private readonly record struct Entry(
        long Number, WorkerStream Stream, long Read, long Until, UnfinishedLine Line, TimeSpan Since);

    private sealed class Waiting
    {
        public Queue<Entry> Entries { get; } = [];

        /// <summary>The queue's progress, and since when it has not changed while an entry waited.</summary>
        public long Progress { get; set; } = -1;

        public TimeSpan ProgressSince { get; set; }

        /// <summary>The queue's progress when it let an entry wait for too long.</summary>
        public long StuckAt { get; set; } = -1;

        /// <summary>Entries up to this number must not wait for the next ones.</summary>
        public long Urgent { get; set; } = -1;

        /// <summary>
        /// True if the oldest entry waits for an earlier one of its stream in another queue: its file was replaced by one of
        /// another file system.
        /// </summary>
        public bool IsBehind { get; set; }

        /// <summary>True if the queue notifies this loop when it has written the oldest entry.</summary>
        public bool HasAsked { get; set; }
    }
}
