using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Events;

/// <summary>Fields of journald's native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL).</summary>
internal static class JournalField
{
    private const int LongestName = 64;

    /// <summary>
    /// True if journald accepts the name: capitals, digits and '_', not a digit first. journald ignores names with a leading '_'
    /// from clients.
    /// </summary>
    public static bool IsName(ReadOnlySpan<char> name) =>
        name.Length is > 0 and <= LongestName && char.IsAsciiLetterUpper(name[0])
        && !name.ContainsAnyExcept(NameCharacters);

    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    /// <summary>
    /// Writes <c>NAME=value</c> and a newline. A value with a newline or another control character is written with its length, so
    /// that no worker can add a field.
    /// </summary>
    /// <param name="name">A name that <see cref="IsName"/> accepts.</param>
    public static void Write(RecordBuffer into, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        into.Write(name);
        if (!value.ContainsAnyInRange((byte)0, (byte)0x1F))
        {
            into.Write((byte)'=');
        }
        else
        {
            into.Write((byte)'\n');
            BinaryPrimitives.WriteUInt64LittleEndian(into.Reserve(sizeof(ulong)), (ulong)value.Length);
            into.Advance(sizeof(ulong));
        }

        into.Write(value);
        into.Write((byte)'\n');
    }

    public static void Write(RecordBuffer into, string name, string value)
    {
        var longest = Encoding.UTF8.GetMaxByteCount(value.Length);
        var bytes = ArrayPool<byte>.Shared.Rent(longest + name.Length);
        var valueLength = Encoding.UTF8.GetBytes(value, bytes);
        var nameLength = Encoding.ASCII.GetBytes(name, bytes.AsSpan(valueLength));
        Write(into, bytes.AsSpan(valueLength, nameLength), bytes.AsSpan(0, valueLength));
        ArrayPool<byte>.Shared.Return(bytes);
    }
}
