using Reuseportd.Observability.Destinations;

namespace Reuseportd.Runtime.Output;

/// <summary>
/// Streams that are not read because their file system has no room. Their pipes fill up and slow their workers down, while all
/// other streams are read. A queue that makes no progress for too long is given up. Only the output loop's thread uses it.
/// </summary>
internal sealed class PausedStreams
{
    private readonly Dictionary<FileQueue, Paused> _paused = [];

    public bool IsEmpty => _paused.Count == 0;

    /// <summary>True if a stream must wait before this many bytes are appended to its file.</summary>
    public static bool MustWait(WorkerFile file, int bytes) => !HasRoom(file.Queue, bytes);

    public void Add(ulong token, FileQueue queue, TimeSpan now)
    {
        if (!_paused.TryGetValue(queue, out var paused)) _paused.Add(queue, paused = new Paused(queue.Progress, now));
        paused.Tokens.Add(token);
    }

    /// <summary>Time until a queue without progress is given up; null if no stream is paused.</summary>
    public TimeSpan? NextWait(TimeSpan now)
    {
        TimeSpan? soonest = null;
        foreach (var paused in _paused.Values)
            if (paused.Since + FileQueue.StallAfter - now is var left && (soonest is null || left < soonest)) soonest = left;
        return soonest;
    }

    /// <summary>Removes the streams that can be read again.</summary>
    /// <param name="room">Bytes that must fit into a queue.</param>
    /// <returns>Their tokens.</returns>
    public IReadOnlyList<ulong> TakeReady(int room, TimeSpan now)
    {
        if (IsEmpty) return [];
        List<ulong> ready = [];
        foreach (var (queue, paused) in _paused.ToArray())
        {
            if (queue.Progress is var progress && progress != paused.Progress) (paused.Progress, paused.Since) = (progress, now);
            else if (now - paused.Since >= FileQueue.StallAfter) queue.GiveUp(progress);
            if (!HasRoom(queue, room)) continue;
            _paused.Remove(queue);
            ready.AddRange(paused.Tokens);
        }

        return ready;
    }

    /// <summary>A stuck queue drops what it gets, so no stream waits for it.</summary>
    private static bool HasRoom(FileQueue queue, int bytes) => queue.HasRoom(bytes) || queue.IsStuck;

    /// <param name="progress">The queue's progress at the last change.</param>
    /// <param name="since">The time of that change.</param>
    private sealed class Paused(long progress, TimeSpan since)
    {
        public List<ulong> Tokens { get; } = [];

        public long Progress { get; set; } = progress;

        public TimeSpan Since { get; set; } = since;
    }
}
