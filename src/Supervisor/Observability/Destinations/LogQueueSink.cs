using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Serilog.Core;
using Serilog.Events;

namespace Reuseportd.Observability.Destinations;

/// <summary>Serilog's sink: turns an event into a record of the queue, in order with the workers' lines.</summary>
internal sealed class LogQueueSink(LogQueue queue, IEventFormat format) : ILogEventSink
{
    /// <summary>Events come from any thread; each thread formats in its own buffer, outside of the queue's lock.</summary>
    [ThreadStatic]
    private static RecordBuffer? _record;

    public void Emit(LogEvent logEvent)
    {
        var record = _record ??= new RecordBuffer();
        // Also removes the remains of an earlier event that failed.
        record.Clear();
        format.Append(record, logEvent);
        queue.TryAppend(record);
    }
}
