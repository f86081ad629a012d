using System.Buffers;
using System.Text.Json;
using Reuseportd.Api.Contract;

namespace Reuseportd.Api.Live;

/// <summary>
/// The difference of two states as JSON: rows that are new, the values of rows that have changed, and <c>null</c> for a row or
/// value that is gone. Pure.
/// </summary>
internal sealed class LiveDelta(Utf8JsonWriter json)
{
    /// <param name="eventOf">The document of an event, for these clients.</param>
    public static ReadOnlyMemory<byte> From(
        LiveState from, LiveState to, Func<Observability.Events.RecordedEvent, EventDocument> eventOf)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            var delta = new LiveDelta(json);
            json.WriteStartObject();
            json.WriteNumber("now", Math.Round(to.Now.TotalSeconds, 1));
            json.WriteNumber("clock", to.Clock);
            delta.Table("daemon", from.Daemon, to.Daemon);
            delta.Table("services", from.Services, to.Services);
            delta.Table("workers", from.Workers, to.Workers);
            delta.History(to.History.Where(sample => sample.At > from.NewestSample));
            delta.Events(to.Events.Where(happened => happened.Sequence > from.NewestEvent).Select(eventOf));
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private void Table(string name, LiveTable from, LiveTable to)
    {
        var isOpen = false;
        foreach (var (key, row) in to.Rows)
        {
            var former = from.Rows.GetValueOrDefault(key);
            if (former is not null && former.AsSpan().SequenceEqual(row)) continue;
            Open(name, ref isOpen);
            Row(key, to.Fields, former, row);
        }

        foreach (var key in from.Rows.Keys)
        {
            if (to.Rows.ContainsKey(key)) continue;
            Open(name, ref isOpen);
            json.WriteNull(key);
        }

        if (isOpen) json.WriteEndObject();
    }

    private void Open(string name, ref bool isOpen)
    {
        if (!isOpen) json.WriteStartObject(name);
        isOpen = true;
    }

    /// <param name="former">Null for a new row.</param>
    private void Row(string key, IReadOnlyList<string> fields, LiveValue[]? former, LiveValue[] row)
    {
        json.WriteStartObject(key);
        for (var field = 0; field < row.Length; field++)
        {
            var value = row[field];
            if (former is null ? value.IsNothing : former[field] == value) continue;
            json.WritePropertyName(fields[field]);
            Value(value);
        }

        json.WriteEndObject();
    }

    private void Value(LiveValue value)
    {
        if (value.Number is { } number) json.WriteNumberValue(number);
        else json.WriteStringValue(value.Text);
    }

    /// <summary>An object for each sample: the values of a service are a list, in the order of its point.</summary>
    private void History(IEnumerable<HistorySample> samples)
    {
        json.WriteStartArray("history");
        foreach (var sample in samples)
        {
            json.WriteStartObject();
            for (var service = 0; service < sample.Services.Count; service++)
            {
                var point = sample.Points[service];
                json.WriteStartArray(sample.Services[service]);
                Value(point.Ready);
                Value((double?)point.Given);
                Value((double?)point.Cpu);
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private void Events(IEnumerable<EventDocument> events)
    {
        json.WriteStartArray("events");
        foreach (var happened in events)
            JsonSerializer.Serialize(json, happened with { Fields = null }, ContractJson.Default.EventDocument);
        json.WriteEndArray();
    }
}
