using Reuseportd.Model;
using Serilog.Events;
using Serilog.Parsing;

namespace Reuseportd.Observability.Events;

/// <summary>
/// An event that each start of a worker has. It is the same in the log as one that Serilog makes of a text and its values, in the
/// same order; but its text was looked at once, and it is made for its fields alone.
/// </summary>
/// <param name="fields">How many there are, those of the text among them.</param>
internal sealed class FrequentEvent(EventKind kind, string text, int fields)
{
    /// <summary>Generations, and workers of most services.</summary>
    private const int SharedNumbers = 64;

    private static readonly ScalarValue[] Numbers = [.. Enumerable.Range(0, SharedNumbers).Select(number => new ScalarValue(number))];

    private readonly MessageTemplate _text = new MessageTemplateParser().Parse(text);
    private readonly ScalarValue _name = new(kind.Name);
    private readonly ScalarValue _messageId = new(kind.MessageId);

    public static ScalarValue Number(int number) => (uint)number < SharedNumbers ? Numbers[number] : new ScalarValue(number);

    /// <summary>The fields, with the first: that of the text which names the worker. The others of the text follow.</summary>
    public Dictionary<string, LogEventPropertyValue> Begin(WorkerName worker) =>
        new(fields, StringComparer.Ordinal) { ["worker"] = new ScalarValue(worker) };

    /// <summary>The fields that each event of a worker has; those of this one alone follow.</summary>
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
