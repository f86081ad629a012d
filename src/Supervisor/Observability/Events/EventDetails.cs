using Reuseportd.Model;
using Serilog.Core;
using Serilog.Events;

namespace Reuseportd.Observability.Events;

/// <summary>The fields of an event that are not part of its text.</summary>
internal sealed class EventDetails : ILogEventEnricher
{
    private readonly List<LogEventProperty> _fields = [];

    public EventDetails(EventKind kind)
    {
        With("REUSEPORT_EVENT", kind.Name);
        With("MESSAGE_ID", kind.MessageId);
    }

    public EventDetails For(WorkerName worker, int pid = 0)
    {
        With("REUSEPORT_SERVICE", worker.Service);
        With("REUSEPORT_WORKER", worker.Index);
        return pid > 0 ? With("REUSEPORT_PID", pid) : this;
    }

    public EventDetails With(string field, object value)
    {
        _fields.Add(new LogEventProperty(field, new ScalarValue(value)));
        return this;
    }

    /// <summary>The field <c>ERRNO</c> of journald; a number, as in systemd's own entries.</summary>
    public EventDetails With(Errno? errno) => errno is { Number: > 0 } failed ? With("ERRNO", failed.Number) : this;

    public void Enrich(LogEvent logEvent, ILogEventPropertyFactory propertyFactory)
    {
        foreach (var field in _fields) logEvent.AddPropertyIfAbsent(field);
    }
}
