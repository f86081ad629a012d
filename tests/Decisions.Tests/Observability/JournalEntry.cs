using System.Buffers.Binary;
using System.Text;

namespace Decisions.Tests.Observability;

/// <summary>Reads an entry of journald's native protocol as journald does.</summary>
internal static class JournalEntry
{
    public static List<(string Name, byte[] Value)> Parse(ReadOnlySpan<byte> entry)
    {
        var fields = new List<(string, byte[])>();
        while (!entry.IsEmpty)
        {
            var newline = entry.IndexOf((byte)'\n');
            Assert.True(newline > 0);
            var line = entry[..newline];
            entry = entry[(newline + 1)..];
            var equals = line.IndexOf((byte)'=');
            if (equals >= 0)
            {
                fields.Add((Encoding.ASCII.GetString(line[..equals]), line[(equals + 1)..].ToArray()));
                continue;
            }

            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(entry);
            fields.Add((Encoding.ASCII.GetString(line), entry.Slice(sizeof(ulong), length).ToArray()));
            Assert.Equal((byte)'\n', entry[sizeof(ulong) + length]);
            entry = entry[(sizeof(ulong) + length + 1)..];
        }

        return fields;
    }
}
