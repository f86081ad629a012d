using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Sockets;

/// <summary>Reads <c>struct nlattr</c> of netlink(7).</summary>
internal static class NetlinkAttribute
{
    private const int HeaderSize = 4;

    /// <summary>The value of the first attribute of a type; empty if there is none, or if the attributes are malformed.</summary>
    public static ReadOnlySpan<byte> Find(ReadOnlySpan<byte> attributes, ushort type)
    {
        while (attributes.Length >= HeaderSize)
        {
            int length = MemoryMarshal.Read<ushort>(attributes);
            if (length < HeaderSize || length > attributes.Length) return [];
            if (MemoryMarshal.Read<ushort>(attributes[2..]) == type) return attributes[HeaderSize..length];
            attributes = attributes[Math.Min(length + 3 & ~3, attributes.Length)..];
        }

        return [];
    }
}
