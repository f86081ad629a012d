using Serilog.Events;
using Serilog.Parsing;

namespace Reuseportd.Observability.Events;

/// <content>The events for the next daemon: their texts and fields in a file.</content>
internal sealed partial class EventRing
{
    public void Write(BinaryWriter into)
    {
        var batch = Read(after: 0, most: size);
        into.Write(batch.Next);
        into.Write(batch.Events.Count);
        foreach (var recorded in batch.Events) Write(into, recorded.Logged);
    }

    /// <summary>A ring whose next event has the number after that of the newest one in the file.</summary>
    /// <exception cref="FormatException">The file does not have events here.</exception>
    /// <exception cref="IOException">The file is too short.</exception>
    public static EventRing Read(BinaryReader from, int size)
    {
        var (newest, count) = (from.ReadInt64(), from.ReadInt32());
        if (count < 0 || newest < count || newest > long.MaxValue / 2) throw new FormatException("the number of events");
        var ring = new EventRing(size) { _newest = newest - count, _first = newest - count + 1 };
        for (var left = count; left > 0; left--) ring.Add(ReadEvent(from));
        return ring;
    }

    private static void Write(BinaryWriter into, LogEvent logged)
    {
        var fields = logged.Properties.Where(field => JournalField.IsName(field.Key)).ToArray();
        into.Write(logged.Timestamp.UtcTicks);
        into.Write((byte)logged.Level);
        into.Write(EventFields.Message(logged));
        into.Write(fields.Length);
        foreach (var (name, value) in fields)
        {
            into.Write(name);
            into.Write(EventFields.Text(value));
        }
    }

    private static LogEvent ReadEvent(BinaryReader from)
    {
        var (at, level) = (new DateTimeOffset(from.ReadInt64(), TimeSpan.Zero), (LogEventLevel)from.ReadByte());
        var message = from.ReadString();
        var fields = new Dictionary<string, LogEventProperty>();
        for (var left = from.ReadInt32(); left > 0; left--)
        {
            var name = from.ReadString();
            fields[name] = new LogEventProperty(name, new ScalarValue(from.ReadString()));
        }

        return new LogEvent(at, level, null, new MessageTemplate(message, [new TextToken(message)]), fields.Values);
    }
}
