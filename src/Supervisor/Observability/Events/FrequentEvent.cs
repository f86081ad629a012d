using Reuseportd.Model;
using Serilog.Events;
using Serilog.Parsing;

namespace Reuseportd.Observability.Events;

/// <summary>
/// An event that occurs at each start of a worker. Its log entry is equal to one that Serilog makes from a text and values, but
/// the text is parsed only once.
/// </summary>
/// <param name="fields">Number of fields, including those of the text.</param>
internal sealed class FrequentEvent(EventKind kind, string text, int fields)
{
    /// <summary>Enough for generations and for workers of most services.</summary>
    private const int SharedNumbers = 64;

    private static readonly ScalarValue[] Numbers =
        [.. Enumerable.Range(0, SharedNumbers).Select(number => new ScalarValue(number))];

    private readonly MessageTemplate _text = new MessageTemplateParser().Parse(text);
    private readonly ScalarValue _name = new(kind.Name);
    private readonly ScalarValue _messageId = new(kind.MessageId);

    public static ScalarValue Number(int number) => (uint)number < SharedNumbers ? Numbers[number] : new ScalarValue(number);

    /// <summary>Begins the fields with the first one of the text, which names the worker. The caller adds the others.</summary>
    public Dictionary<string, LogEventPropertyValue> Begin(WorkerName worker) =>
        new(fields, StringComparer.Ordinal) { ["worker"] = new ScalarValue(worker) };

    /// <summary>Adds the fields that each event of a worker has. The caller adds those of this event.</summary>
    public void Describe(Dictionary<string, LogEventPropertyValue> into, WorkerName worker)
    {
        into["REUSEPORT_EVENT"] = _name;
        into["MESSAGE_ID"] = _messageId;
        into["REUSEPORT_SERVICE"] = new ScalarValue(worker.Service);
        into["REUSEPORT_WORKER"] = Number(worker.Index);
    }

    public LogEvent End(Dictionary<string, LogEventPropertyValue> all) => LogEvent.UnstableAssembleFromParts(
        TimeProvider.System.GetLocalNow(), LogEventLevel.Information, exception: null, _text, all, default, default);
}
