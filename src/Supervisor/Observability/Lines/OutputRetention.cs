using System.Collections.Concurrent;
using Reuseportd.Model;

namespace Reuseportd.Observability.Lines;

/// <summary>
/// Keeps the newest output of all workers in bounded memory, wherever else it goes. A worker gets room with its first line, more
/// as it writes more; where there is none left, those that have been silent for longest give up their own. <see cref="Append"/>
/// is for one thread.
/// </summary>
internal sealed class OutputRetention(TimeProvider time)
{
    /// <summary>Of bytes; the notes on them take as much at the most, so all is within 16 MiB.</summary>
    private const long Budget = 8 << 20;

    /// <summary>As long as less than this is in use, rings grow; the rest is for those that come.</summary>
    private const long GrowBelow = 4 << 20;

    /// <summary>
    /// Made at one time: to look for the most silent of all for each that comes would cost more with each worker.
    /// </summary>
    private const long Room = Budget / 8;

    /// <summary>Most workers say a line at their start, and no more.</summary>
    private const int First = 512;

    /// <summary>Of each worker that writes as much, as long as there is anybody who has been silent for longer.</summary>
    private const int Least = 4 << 10;

    private const int Largest = 1 << 20;

    private readonly ConcurrentDictionary<WorkerName, OutputTail> _tails = new();
    private TaskCompletionSource? _changed;
    private long _held;

    /// <summary>Bytes of the rings.</summary>
    public long Held => Volatile.Read(ref _held);

    public IEnumerable<OutputTail> Tails => _tails.Values;

    /// <summary>Ends when something more is kept; to be asked for ahead of looking at what there is.</summary>
    public Task Changed
    {
        get
        {
            var mine = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return (Interlocked.CompareExchange(ref _changed, mine, null) ?? mine).Task;
        }
    }

    public void Append(LineSource source, ReadOnlySpan<byte> chunk)
    {
        var tail = source.Tail is { IsGone: false } known ? known : source.Tail = TailOf(source.Worker);
        while (tail.Capacity < Largest && tail.IsFull(chunk.Length) && MayGrow(tail))
        {
            Volatile.Write(ref _held, _held + tail.Capacity);
            tail.Grow(2 * tail.Capacity);
        }

        tail.Append(time.GetUtcNow().UtcDateTime, source.Pid, source.Stream, chunk);
        if (Volatile.Read(ref _changed) is not null) Interlocked.Exchange(ref _changed, null)?.TrySetResult();
    }

    private OutputTail TailOf(WorkerName worker)
    {
        if (_tails.TryGetValue(worker, out var tail)) return tail;
        if (_held + First > Budget) MakeRoom();
        Volatile.Write(ref _held, _held + First);
        return _tails[worker] = new OutputTail(worker, First);
    }

    private bool MayGrow(OutputTail tail)
    {
        if (tail.Capacity >= Least) return _held + tail.Capacity <= GrowBelow;
        if (_held + tail.Capacity > Budget) MakeRoom(besides: tail);
        return true;
    }

    /// <param name="besides">Has the newest output, or will have.</param>
    private void MakeRoom(OutputTail? besides = null)
    {
        foreach (var oldest in _tails.Values.OrderBy(one => one.Newest))
        {
            if (_held <= Budget - Room) return;
            if (oldest == besides) continue;
            oldest.IsGone = true;
            _tails.TryRemove(oldest.Worker, out _);
            Volatile.Write(ref _held, _held - oldest.Capacity);
        }
    }
}
