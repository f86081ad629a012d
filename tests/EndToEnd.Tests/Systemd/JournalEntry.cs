using System.Text;
using System.Text.Json;

namespace EndToEnd.Tests.Systemd;

/// <summary>An entry as <c>journalctl --output=json</c> writes it.</summary>
internal sealed class JournalEntry
{
    private readonly Dictionary<string, byte[]> _fields = [];

    public JournalEntry(string json)
    {
        using var document = JsonDocument.Parse(json);
        foreach (var field in document.RootElement.EnumerateObject())
            if (Value(field.Value) is { } value) _fields[field.Name] = value;
    }

    public string? this[string field] => _fields.TryGetValue(field, out var value) ? Encoding.UTF8.GetString(value) : null;

    public string Message => this["MESSAGE"] ?? "";

    public string? Event => this["REUSEPORT_EVENT"];

    public bool IsOf(string service, int? worker = null) =>
        this["REUSEPORT_SERVICE"] == service && (worker is null || this["REUSEPORT_WORKER"] == $"{worker}");

    public bool Has(string field) => _fields.ContainsKey(field);

    public byte[] Bytes(string field) => _fields[field];

    public override string ToString() => $"{this["SYSLOG_IDENTIFIER"]}: {Message}";

    /// <summary>
    /// Text is a string, and other data is an array of bytes. Several values are an array; this takes the first.
    /// </summary>
    private static byte[]? Value(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.String => Encoding.UTF8.GetBytes(element.GetString()!),
        JsonValueKind.Array when element.GetArrayLength() > 0 && element[0].ValueKind == JsonValueKind.Number =>
            [.. element.EnumerateArray().Select(number => number.GetByte())],
        JsonValueKind.Array when element.GetArrayLength() > 0 => Value(element[0]),
        _ => null,
    };
}
