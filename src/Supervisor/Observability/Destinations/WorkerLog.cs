using Reuseportd.Binding;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Destinations;

/// <summary>
/// Passes the lines of all workers to the queue. Lines are formatted into one buffer and passed many at a time, so that the lock
/// and the clock are not used for each line. For one thread.
/// </summary>
internal sealed class WorkerLog(LogQueue queue, LineFormat format, TimeProvider time)
{
    private const int HandOverAt = 64 * 1024;

    private readonly RecordBuffer _pending = new();
    private readonly LogStamp _stamp = new();

    /// <summary>Counts lines that are lost.</summary>
    public LostLines Lost => queue.LostLines;

    /// <summary>Has the lines after <see cref="HandOver"/>.</summary>
    public LogQueue Queue => queue;

    /// <param name="pid">Pid of the worker's process.</param>
    public static LineSource Open(WorkerName worker, int pid, OutputStream stream) => new(worker, pid, stream);

    /// <summary>
    /// Formats a line; <see cref="HandOver"/> passes it to the queue at the latest. May wait as
    /// <see cref="LogQueue.AppendLines"/> does.
    /// </summary>
    public void Append(LineSource source, Line line)
    {
        if (_pending.Count == 0) _stamp.Set(time.GetUtcNow().UtcDateTime, time.GetLocalNow().DateTime);
        format.Append(_pending, _stamp, source, line);
        if (_pending.Length >= HandOverAt) HandOver();
    }

    /// <summary>Passes the formatted lines to the queue; call it when no more input is available.</summary>
    public void HandOver()
    {
        if (_pending.Count == 0) return;
        queue.AppendLines(_pending);
        _pending.Clear();
    }
}
