using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Sharding;

/// <summary><c>struct share_worker</c> of Native/Sharding/share_maps.h: the storage of a worker's cgroup.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ShardingWorker
{
    /// <summary>The daemon's number for the process.</summary>
    public ulong Worker;

    public ulong Allowance;

    /// <summary>Outcomes that were lost since the last one that was told.</summary>
    public ulong Lost;

    /// <summary>TCP connections that the sockets of the cgroup have got.</summary>
    public ulong Established;

    /// <summary>
    /// TCP connections that are open: neither closed by the processes nor ended by TCP. Connections that wait to be accepted are
    /// among them. A connection counts for the cgroup of its listener, also after a migration to another listener.
    /// </summary>
    public ulong Connections;

    public ulong Network;
    public uint DeviceIndex;
    public uint Settings;
}
