using System.Globalization;
using System.Text.Json;
using Reuseportd.Api.Contract;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Serilog.Events;

namespace Reuseportd.Api.Documents;

/// <summary>Documents of the events of the log; pure.</summary>
internal static class EventDocuments
{
    private const string Prefix = "REUSEPORT_";

    /// <summary>Fields that the document has by name.</summary>
    private static readonly string[] Own = ["REUSEPORT_EVENT", "REUSEPORT_SERVICE", "REUSEPORT_WORKER", "REUSEPORT_PID"];

    public static EventDocument From(RecordedEvent recorded)
    {
        var logged = recorded.Logged;
        var service = Text(logged, "REUSEPORT_SERVICE");
        var index = Text(logged, "REUSEPORT_WORKER");
        return new EventDocument(
            recorded.Sequence,
            Time(logged.Timestamp),
            Text(logged, "REUSEPORT_EVENT") ?? "",
            EventFields.Message(logged),
            service,
            service is not null && index is not null ? $"{service}@{index}" : null,
            Number(logged, "REUSEPORT_PID"),
            Fields(logged));
    }

    /// <summary>A server-sent event (HTML standard, section 9.2).</summary>
    public static byte[] Frame(EventDocument document)
    {
        using var frame = new MemoryStream();
        frame.Write(System.Text.Encoding.UTF8.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"id: {document.Sequence}\nevent: {document.Event}\ndata: ")));
        JsonSerializer.Serialize(frame, document, ContractJson.Default.EventDocument);
        frame.Write("\n\n"u8);
        return frame.ToArray();
    }

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString(LogStamp.IsoFormat, CultureInfo.InvariantCulture);

    private static Dictionary<string, string>? Fields(LogEvent logged)
    {
        var fields = logged.Properties
            .Where(field => field.Key.StartsWith(Prefix, StringComparison.Ordinal) && !Own.Contains(field.Key))
            .ToDictionary(field => field.Key[Prefix.Length..].ToLowerInvariant(), field => EventFields.Text(field.Value));
        return fields.Count == 0 ? null : fields;
    }

    private static string? Text(LogEvent logged, string field) =>
        logged.Properties.TryGetValue(field, out var value) ? EventFields.Text(value) : null;

    private static int? Number(LogEvent logged, string field) =>
        int.TryParse(Text(logged, field), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
