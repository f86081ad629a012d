using Reuseportd.Binding;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Destinations;

/// <summary>
/// The lines of all workers on their way into the queue: formatted into one buffer and handed over many at a time, so that
/// neither the lock nor the clock is asked once for each line. For one thread.
/// </summary>
internal sealed class WorkerLog(LogQueue queue, LineFormat format, TimeProvider time)
{
    private const int HandOverAt = 64 * 1024;

    private readonly RecordBuffer _pending = new();
    private readonly LogStamp _stamp = new();

    /// <param name="pid">The worker's process.</param>
    public static LineSource Open(WorkerName worker, int pid, OutputStream stream) => new(worker, pid, stream);

    /// <summary>
    /// Takes a line; it reaches the queue by <see cref="HandOver"/> at the latest. May wait as
    /// <see cref="LogQueue.AppendLines"/> does.
    /// </summary>
    public void Append(LineSource source, Line line)
    {
        if (_pending.Count == 0) _stamp.Set(time.GetUtcNow().UtcDateTime, time.GetLocalNow().DateTime);
        format.Append(_pending, _stamp, source, line);
        if (_pending.Length >= HandOverAt) HandOver();
    }

    /// <summary>Hands over what was taken; to be called when all that could be read has been.</summary>
    public void HandOver()
    {
        if (_pending.Count == 0) return;
        queue.AppendLines(_pending);
        _pending.Clear();
    }
}
