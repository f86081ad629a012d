using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sharding;

/// <summary>
/// The settings of a service as the programs read them: <c>struct share_settings</c> of Native/Sharding/share_maps.h. Compares by
/// value.
/// </summary>
internal sealed class ShardingSettings : IEquatable<ShardingSettings>
{
    /// <summary>The limits of the preload library, which the configuration checks.</summary>
    public const int MostRanges = 256;
    public const int MostPrefixes = 64;

    private const int DeviceBytes = 16;
    private const int PortsOffset = 16 + DeviceBytes;
    private const int PrefixesOffset = PortsOffset + MostRanges * 2 * sizeof(ushort);
    private const int PrefixSize = 2 * AddressBytes + sizeof(ulong);
    private const int AddressBytes = 16;
    private const int MappedBits = 96;
    private const int HighestPort = 65535;

    /// <summary>In bytes.</summary>
    public const int Size = PrefixesOffset + MostPrefixes * PrefixSize;

    private readonly byte[] _bytes = new byte[Size];

    private ShardingSettings()
    {
    }

    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <param name="privilegedPorts">
    /// True if a process without CAP_NET_BIND_SERVICE may bind the ports that are listed. With "any port", none is listed.
    /// </param>
    /// <remarks>
    /// As in the library, a list that cannot be read matches nothing. The backlog is not for the programs: no hook changes it.
    /// </remarks>
    public static ShardingSettings From(ReuseportSpec spec, bool privilegedPorts)
    {
        var settings = new ShardingSettings();
        var bytes = settings._bytes;
        bytes[0] = (byte)(sbyte)spec.ReusePort;
        bytes[1] = (byte)(sbyte)spec.ReuseAddress;
        bytes[2] = spec.Interface is null ? (byte)0 : (byte)1;
        bytes[3] = privilegedPorts && !spec.Ports.IsAny ? (byte)1 : (byte)0;
        bytes[4] = spec.Addresses.Count == 0 ? (byte)1 : (byte)0;
        bytes[5] = spec.Ports.IsAny ? (byte)1 : (byte)0;
        settings.SetDevice(spec.Interface);
        settings.SetPorts(spec.Ports.IsAny ? [new PortRange(1, HighestPort)] : spec.Ports.Ranges);
        settings.SetPrefixes(spec.Addresses);
        return settings;
    }

    /// <param name="bytes">The <see cref="Bytes"/> of others.</param>
    public static ShardingSettings From(ReadOnlySpan<byte> bytes)
    {
        var settings = new ShardingSettings();
        bytes.CopyTo(settings._bytes);
        return settings;
    }

    public bool Equals(ShardingSettings? other) => other is not null && _bytes.AsSpan().SequenceEqual(other._bytes);

    public override bool Equals(object? obj) => Equals(obj as ShardingSettings);

    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    /// <summary>A name that does not fit stays empty: the binds of matching sockets then fail.</summary>
    private void SetDevice(string? name)
    {
        if (name is null || Encoding.UTF8.GetByteCount(name) >= DeviceBytes) return;
        Encoding.UTF8.GetBytes(name, _bytes.AsSpan(16, DeviceBytes));
    }

    private void SetPorts(ValueList<PortRange> ranges)
    {
        if (ranges.Count > MostRanges) return;
        MemoryMarshal.Write(_bytes.AsSpan(8), ranges.Count);
        for (var at = 0; at < ranges.Count; at++)
        {
            var (first, last) = ranges[at];
            MemoryMarshal.Write(_bytes.AsSpan(PortsOffset + at * 4), (ushort)first);
            MemoryMarshal.Write(_bytes.AsSpan(PortsOffset + at * 4 + 2), (ushort)(last - first));
        }
    }

    private void SetPrefixes(ValueList<string> addresses)
    {
        if (addresses.Count > MostPrefixes) return;
        for (var at = 0; at < addresses.Count; at++)
            if (!TrySetPrefix(_bytes.AsSpan(PrefixesOffset + at * PrefixSize, PrefixSize), addresses[at])) return;
        MemoryMarshal.Write(_bytes.AsSpan(12), addresses.Count);
    }

    private static bool TrySetPrefix(Span<byte> into, string text)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address)) return false;
        var isInet6 = address.AddressFamily == System.Net.Sockets.AddressFamily.InterNetworkV6;
        var width = isInet6 ? AddressBytes * 8 : AddressBytes * 8 - MappedBits;
        var bits = width;
        if (slash >= 0 && !int.TryParse(text.AsSpan(slash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out bits))
            return false;
        if (bits > width || !address.MapToIPv6().TryWriteBytes(into, out _)) return false;
        if (!isInet6) bits += MappedBits;
        for (var bit = 0; bit < bits; bit++) into[AddressBytes + bit / 8] |= (byte)(0x80 >> bit % 8);
        MemoryMarshal.Write(into[(2 * AddressBytes)..], bits < MappedBits ? 1UL : 0UL);
        return true;
    }
}
