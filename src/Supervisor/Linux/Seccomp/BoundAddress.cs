using System.Buffers.Binary;
using System.Net;
using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Seccomp;

/// <summary>An IPv4 or IPv6 address with its port, from a <c>struct sockaddr</c>.</summary>
/// <param name="High">The first half of the 16 bytes in network order; IPv4 ones are in their v4-mapped form.</param>
/// <param name="Low">The second half. Both halves are as in memory: for comparison, not for arithmetic.</param>
internal readonly record struct BoundAddress(bool IsInet6, int Port, ulong High, ulong Low)
{
    /// <summary><c>sizeof(struct sockaddr_storage)</c>: the longest address that bind(2) takes.</summary>
    public const int MostBytes = 128;

    /// <summary><c>sizeof(struct sockaddr_in)</c>.</summary>
    public const int LeastBytes = 16;

    /// <summary>The shortest <c>struct sockaddr_in6</c>: that of RFC 2133, without a scope.</summary>
    private const int LeastInet6Bytes = 24;

    private const int PortOffset = 2;
    private const int InetOffset = 4;
    private const int Inet6Offset = 8;
    private const int MappedOffset = 12;

    public IPAddress Address
    {
        get
        {
            Span<byte> bytes = stackalloc byte[16];
            BitConverter.TryWriteBytes(bytes, High);
            BitConverter.TryWriteBytes(bytes[8..], Low);
            return new IPAddress(IsInet6 ? bytes : bytes[MappedOffset..]);
        }
    }

    /// <summary>Null for another family and for a short address, as in the preload library.</summary>
    public static BoundAddress? TryParse(ReadOnlySpan<byte> address)
    {
        if (address.Length < LeastBytes) return null;
        var family = BitConverter.ToUInt16(address);
        if (family is not (Libc.FamilyInet or Libc.FamilyInet6)) return null;
        var port = BinaryPrimitives.ReadUInt16BigEndian(address[PortOffset..]);
        Span<byte> bytes = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0];
        if (family == Libc.FamilyInet) address.Slice(InetOffset, 4).CopyTo(bytes[MappedOffset..]);
        else if (address.Length < LeastInet6Bytes) return null;
        else address.Slice(Inet6Offset, 16).CopyTo(bytes);
        return new BoundAddress(
            family == Libc.FamilyInet6, port, BitConverter.ToUInt64(bytes), BitConverter.ToUInt64(bytes[8..]));
    }
}
