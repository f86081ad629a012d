using System.Runtime.InteropServices;
using Reuseportd.Linux.Sharding;
using Reuseportd.Model;

namespace Reuseportd.Linux.Seccomp;

/// <summary>
/// Which sockets of a service are shared, and how: the meaning of <c>settings_match</c> of the preload library and of
/// Native/Sharding/share_filter.h. Reads <c>struct share_settings</c> of Native/Sharding/share_maps.h. Immutable.
/// </summary>
internal sealed class ShareRules(ReuseportSpec spec)
{
    private const int PortCountOffset = 8;
    private const int PrefixCountOffset = 12;
    private const int DeviceOffset = 16;
    private const int DeviceBytes = 16;
    private const int PortsOffset = DeviceOffset + DeviceBytes;
    private const int PrefixesOffset = PortsOffset + ShardingSettings.MostRanges * 4;

    private readonly ShardingSettings _settings = ShardingSettings.From(spec, privilegedPorts: false);

    public ReuseportSpec Spec => spec;

    public OptionSetting ReusePort => spec.ReusePort;

    public OptionSetting ReuseAddress => spec.ReuseAddress;

    public string? Interface => spec.Interface;

    public bool HasAnyPort => spec.Ports.IsAny;

    /// <summary>The name of the interface, padded with NUL; only NUL if it is too long, so that binds fail.</summary>
    public ReadOnlySpan<byte> Device => _settings.Bytes.Slice(DeviceOffset, DeviceBytes);

    public bool Matches(in BoundAddress at) => HasPort((ushort)at.Port) && HasAddress(at);

    /// <summary>
    /// The backlog of a matching socket. The kernel compares as unsigned: -1 is the largest, and must not be raised.
    /// </summary>
    public int Raise(int backlog) => spec.Backlog is { } least && (uint)backlog < (uint)least ? least : backlog;

    private bool HasPort(ushort port)
    {
        var ports = MemoryMarshal.Cast<byte, ushort>(_settings.Bytes[PortsOffset..PrefixesOffset]);
        var count = MemoryMarshal.Read<int>(_settings.Bytes[PortCountOffset..]);
        for (var at = 0; at < count; at++)
            if ((ushort)(port - ports[2 * at]) <= ports[2 * at + 1]) return true;
        return false;
    }

    private bool HasAddress(in BoundAddress at)
    {
        if (spec.Addresses.Count == 0) return true;
        var prefixes = MemoryMarshal.Cast<byte, Prefix>(_settings.Bytes[PrefixesOffset..]);
        foreach (ref readonly var prefix in prefixes[..MemoryMarshal.Read<int>(_settings.Bytes[PrefixCountOffset..])])
            if (prefix.Contains(at)) return true;
        return false;
    }

    /// <summary><c>struct share_prefix</c>.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Prefix
    {
        private readonly ulong _high;
        private readonly ulong _low;
        private readonly ulong _highMask;
        private readonly ulong _lowMask;
        private readonly ulong _inet6Only;

        public bool Contains(in BoundAddress at) =>
            (((at.High ^ _high) & _highMask) | ((at.Low ^ _low) & _lowMask)) == 0 && (_inet6Only == 0 || at.IsInet6);
    }
}
