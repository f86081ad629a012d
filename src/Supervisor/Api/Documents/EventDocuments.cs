using System.Globalization;
using System.Text.Json;
using Reuseportd.Api.Contract;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Serilog.Events;

namespace Reuseportd.Api.Documents;

/// <summary>Events of the log to what clients get; pure.</summary>
internal static class EventDocuments
{
    private const string Prefix = "REUSEPORT_";

    public static EventDocument Of(RecordedEvent recorded)
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
            int.TryParse(Text(logged, "REUSEPORT_PID"), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) ? pid : null,
            Fields(logged));
    }

    /// <summary>The frame of a server-sent event (HTML, section 9.2).</summary>
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
            .Where(property => property.Key.StartsWith(Prefix, StringComparison.Ordinal)
                               && property.Key is not ("REUSEPORT_EVENT" or "REUSEPORT_SERVICE" or "REUSEPORT_WORKER" or "REUSEPORT_PID"))
            .ToDictionary(property => property.Key[Prefix.Length..].ToLowerInvariant(), property => EventFields.Text(property.Value));
        return fields.Count == 0 ? null : fields;
    }

    private static string? Text(LogEvent logged, string field) => logged.Properties.TryGetValue(field, out var value) ? EventFields.Text(value) : null;
}
