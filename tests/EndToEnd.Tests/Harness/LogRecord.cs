using System.Globalization;
using System.Text.Json;

namespace EndToEnd.Tests.Harness;

/// <summary>A record of the daemon's JSON log.</summary>
/// <param name="Index">Place in the log, from 0.</param>
internal sealed record LogRecord(int Index, JsonElement Json)
{
    /// <summary>A field as text; null if the record does not have it.</summary>
    public string? this[string field] => Json.TryGetProperty(field, out var value)
        ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText()
        : null;

    public string Message => this["MESSAGE"] ?? "";

    /// <summary>Name of an event of the daemon; null for a worker's own line.</summary>
    public string? Event => this["REUSEPORT_EVENT"];

    /// <summary>True for a worker's own line.</summary>
    public bool IsLine => Stream is not null && Event is null;

    /// <summary>stdout or stderr, for a worker's own line and for events of its output.</summary>
    public string? Stream => this["REUSEPORT_STREAM"];

    /// <summary><c>web@0</c>; null for an event without a worker.</summary>
    public string? Worker => this["REUSEPORT_SERVICE"] is { } service ? $"{service}@{this["REUSEPORT_WORKER"]}" : null;

    /// <summary>0 for an event without a process.</summary>
    public int Pid => this["REUSEPORT_PID"] is null ? 0 : Number("REUSEPORT_PID");

    public int Number(string field) =>
        int.Parse(this[field] ?? throw new InvalidOperationException($"no {field} in {this}"), CultureInfo.InvariantCulture);

    public override string ToString() => Json.GetRawText();
}
