using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Reuseportd.Configuration.Values;

/// <summary>An address or prefix. An IPv4 address is stored in its v4-mapped form, as in the preload library.</summary>
/// <param name="Length">Number of leading bits of <paramref name="Bits"/> that count, 0 to 128.</param>
internal readonly record struct AddressRange(UInt128 Bits, int Length)
{
    private const int MappedLength = 96;

    private static readonly UInt128 Mapped = (UInt128)0xFFFF << 32;

    /// <summary>
    /// Stricter than <see cref="IPAddress.TryParse(string, out IPAddress)"/>: four decimal numbers, or the hexadecimal groups of
    /// IPv6. No zone, port or name is accepted.
    /// </summary>
    public static AddressRange? TryParse(string text, out string? problem)
    {
        problem = null;
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (Address(slash < 0 ? text : text[..slash]) is not { } address) return null;
        var inet = address.AddressFamily == AddressFamily.InterNetwork;
        var longest = inet ? 32 : 128;
        var length = slash < 0 ? longest : Number(text.AsSpan(slash + 1));
        if (length < 0 || length > longest)
        {
            problem = $"the length of this prefix may be 0 to {longest}";
            return null;
        }

        var range = new AddressRange(BitsOf(inet ? address.MapToIPv6() : address), inet ? MappedLength + length : length);
        if ((range.Bits & ~range.Mask) == 0) return range;
        var start = AddressOf(range.Bits & range.Mask);
        problem = $"has bits set after the prefix; write {(inet ? start.MapToIPv4() : start)}/{length}";
        return null;
    }

    /// <summary>
    /// True if sockets of the two ranges may receive the same traffic. A wildcard address receives the traffic of its whole
    /// family; <c>::</c> also that of IPv4, unless IPV6_V6ONLY is set.
    /// </summary>
    public bool Overlaps(AddressRange other)
    {
        var (left, right) = (Claimed(), other.Claimed());
        var mask = left.Length < right.Length ? left.Mask : right.Mask;
        return (left.Bits & mask) == (right.Bits & mask);
    }

    private UInt128 Mask => Length == 0 ? 0 : UInt128.MaxValue << (128 - Length);

    private AddressRange Claimed() =>
        Length < 128 ? this
        : Bits == 0 ? new AddressRange(0, 0)
        : Bits == Mapped ? new AddressRange(Mapped, MappedLength)
        : this;

    private static IPAddress? Address(string text)
    {
        var inet6 = text.Contains(':', StringComparison.Ordinal);
        if (!text.All(c => c == '.' || (inet6 ? c == ':' || char.IsAsciiHexDigit(c) : char.IsAsciiDigit(c)))) return null;
        if (!inet6 && !IsDottedQuad(text)) return null;
        return IPAddress.TryParse(text, out var address) ? address : null;
    }

    /// <summary>inet_pton(3) refuses a leading zero, which means octal to some parsers.</summary>
    private static bool IsDottedQuad(string text) =>
        text.Split('.') is { Length: 4 } parts
        && parts.All(part => Number(part) is >= 0 and <= byte.MaxValue && (part.Length == 1 || part[0] != '0'));

    /// <returns>-1 if the text is not a number.</returns>
    private static int Number(ReadOnlySpan<char> digits) =>
        int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : -1;

    private static UInt128 BitsOf(IPAddress address) => BinaryPrimitives.ReadUInt128BigEndian(address.GetAddressBytes());

    private static IPAddress AddressOf(UInt128 bits)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        return new IPAddress(bytes);
    }
}
