using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Serilog.Core;
using Serilog.Events;

namespace Reuseportd.Observability.Destinations;

/// <summary>
/// Serilog's end: an event becomes a record in the queue, among the workers' lines, in the order in which they came.
/// </summary>
internal sealed class LogQueueSink(LogQueue queue, IEventFormat format) : ILogEventSink
{
    /// <summary>Events come from any thread; each formats in its own buffer, outside the queue's lock.</summary>
    [ThreadStatic]
    private static RecordBuffer? _record;

    public void Emit(LogEvent logEvent)
    {
        var record = _record ??= new RecordBuffer();
        // Also what an earlier event left that failed half way.
        record.Clear();
        format.Append(record, logEvent);
        queue.TryAppend(record);
    }
}
