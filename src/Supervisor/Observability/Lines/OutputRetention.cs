using System.Collections.Concurrent;
using Reuseportd.Model;

namespace Reuseportd.Observability.Lines;

/// <summary>
/// Retains the newest output of all workers in bounded memory, besides its other destinations. A worker gets memory with its
/// first line, and more as it writes more. If none is left, the workers that were silent for the longest time lose theirs. Call
/// <see cref="Append"/> on one thread.
/// </summary>
internal sealed partial class OutputRetention(TimeProvider time)
{
    /// <summary>Most bytes of output. Their index takes at most as much, so the total is at most 16 MiB.</summary>
    private const long Budget = 8 << 20;

    /// <summary>Rings grow while less than this is in use; the rest is for new workers.</summary>
    private const long GrowBelow = 4 << 20;

    /// <summary>
    /// Bytes that are freed at one time: searching the most silent worker for each new one would cost more with each worker.
    /// </summary>
    private const long Room = Budget / 8;

    /// <summary>Most workers write one line at their start and no more.</summary>
    private const int First = 512;

    /// <summary>Smallest share of a worker that writes as much, while another worker was silent for longer.</summary>
    private const int Least = 4 << 10;

    private const int Largest = 1 << 20;

    private readonly ConcurrentDictionary<WorkerName, OutputTail> _tails = new();
    private TaskCompletionSource? _changed;
    private long _held;

    /// <summary>Bytes of all rings.</summary>
    public long Held => Volatile.Read(ref _held);

    public IEnumerable<OutputTail> Tails => _tails.Values;

    /// <summary>Completes when more output is retained; get it before reading.</summary>
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

    /// <param name="besides">Keeps its memory: it has the newest output, or will have.</param>
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
