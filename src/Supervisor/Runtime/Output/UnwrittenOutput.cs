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
    public static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Few bytes are taken with the next ones, or after this time: a wake-up for each line would cost more than the line. Lines
    /// that were written in this time come twice after a kill.
    /// </summary>
    private static readonly TimeSpan Grace = TimeSpan.FromMilliseconds(5);

    /// <summary>A stream with as many bytes in its pipe may soon block its worker.</summary>
    private const int Many = 16 * 1024;

    /// <summary>
    /// Longer unfinished lines are not kept: each read would write all of such a line once more. The default of <c>line_max</c>.
    /// </summary>
    private const int LongestLine = 8 * 1024;

    private readonly byte[] _scratch = GC.AllocateUninitializedArray<byte>(64 * 1024, pinned: true);
    private readonly Dictionary<IWriteQueue, Waiting> _waiting = [];
    private readonly List<WorkerStream> _routed = [];
    private readonly List<WorkerStream> _taken = [];

    /// <summary>True if no byte waits for a destination.</summary>
    public bool IsEmpty => _routed.Count == 0 && _waiting.Values.All(waiting => waiting.Entries.Count == 0);

    /// <summary>Keeps the unfinished line of a stream that an earlier daemon has read.</summary>
    public void Adopt(WorkerStream stream)
    {
        stream.Line = LineOf(stream);
        if (stream.Line.Bytes.Length > 0) lines?.Save(stream.Process, stream.Source.Stream, stream.Line);
    }

    /// <summary>Notes that bytes of a stream were routed in this turn.</summary>
    public void Note(WorkerStream stream) => _routed.Add(stream);

    /// <summary>Must be called at the end of a turn, when all lines are in their queues.</summary>
    public void EndTurn(TimeSpan now)
    {
        foreach (var stream in _routed)
        {
            var queue = stream.File?.Queue ?? log;
            if (!_waiting.TryGetValue(queue, out var waiting)) _waiting.Add(queue, waiting = new Waiting());
            var entry = new Entry(queue.Appended, stream, stream.BytesRead, LineOf(stream), now);
            waiting.Entries.Enqueue(entry);
            if (stream.BytesLeft >= Many || stream.HangsUp) waiting.Urgent = entry.Number;
        }

        _routed.Clear();
    }

    /// <summary>Takes the bytes of written lines out of their pipes.</summary>
    /// <param name="now">The time, to end waits that are over; null to end none.</param>
    /// <returns>The streams; valid until the next call.</returns>
    public IReadOnlyList<WorkerStream> TakeWritten(TimeSpan? now)
    {
        _taken.Clear();
        foreach (var (queue, waiting) in _waiting) TakeWritten(queue, waiting, now);
        return _taken;
    }

    /// <summary>Time to the next wait that is over; null if there is none.</summary>
    public TimeSpan? NextWait(TimeSpan now)
    {
        TimeSpan? soonest = null;
        foreach (var waiting in _waiting.Values)
        {
            if (!waiting.Entries.TryPeek(out var oldest)) continue;
            var due = oldest.Since + (waiting.HasAsked ? LongestWait : Grace);
            soonest = Waits.Shorter(soonest, Waits.Until(due, now));
        }

        return soonest;
    }

    private static UnfinishedLine LineOf(WorkerStream stream) =>
        stream.Splitter.Held is > 0 and <= LongestLine
            ? new UnfinishedLine(stream.Splitter.Suspend(out var continues), continues)
            : UnfinishedLine.None;

    private void TakeWritten(IWriteQueue queue, Waiting waiting, TimeSpan? now)
    {
        while (waiting.Entries.TryPeek(out var oldest))
        {
            waiting.HasAsked = now is null || oldest.Number <= waiting.Urgent || oldest.Since + Grace <= now;
            var written = queue.WrittenOf(waiting.HasAsked ? oldest.Number : 0);
            if (oldest.Number > written)
            {
                var isStuck = waiting.StuckAt == queue.Progress;
                if (!isStuck && !(oldest.Since + LongestWait <= now)) return;
                waiting.StuckAt = queue.Progress;
            }

            waiting.Entries.Dequeue();
            Take(oldest);
            _taken.Add(oldest.Stream);
        }
    }

    /// <summary>
    /// The line is kept before its bytes are taken: a daemon that is killed in between has them twice, and never lacks them.
    /// </summary>
    private void Take(in Entry entry)
    {
        var stream = entry.Stream;
        if (stream.Line.Bytes.Length > 0 || entry.Line.Bytes.Length > 0)
            lines?.Save(stream.Process, stream.Source.Stream, entry.Line);
        stream.Line = entry.Line;
        while (entry.Until > stream.BytesTaken)
        {
            var count = (int)Math.Min(entry.Until - stream.BytesTaken, _scratch.Length);
            var read = stream.Pipe.Read(_scratch.AsSpan(0, count)).Count;
            // Only a process with a copy of this end can have taken them.
            stream.BytesTaken += read == 0 ? count : read;
        }
    }

    /// <param name="Number">The last entry of the queue that has bytes of this one, or a later one.</param>
    /// <param name="Until">The bytes of the stream up to here.</param>
    /// <param name="Line">The unfinished line at the end of these bytes.</param>
    private readonly record struct Entry(
        long Number, WorkerStream Stream, long Until, UnfinishedLine Line, TimeSpan Since);

    private sealed class Waiting
    {
        public Queue<Entry> Entries { get; } = [];

        /// <summary>The queue's progress when it let an entry wait for too long.</summary>
        public long StuckAt { get; set; } = -1;

        /// <summary>Entries up to this number must not wait for the next ones.</summary>
        public long Urgent { get; set; } = -1;

        /// <summary>True if the queue notifies this loop when it has written the oldest entry.</summary>
        public bool HasAsked { get; set; }
    }
}
