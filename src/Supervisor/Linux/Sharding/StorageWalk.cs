using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Sharding;

/// <summary>
/// Reads the storages of all groups that have the programs. The kernel has them in a list, the newest first, and may remove one
/// at any time. If it removes the one where the walk stands, it says ENOENT, as at the end of the list.
/// </summary>
internal static unsafe class StorageWalk
{
    private const int MostTries = 8;

    /// <summary>A group that has no programs; at the end of the list, older kernels give its number.</summary>
    private const ulong RootGroup = 1;

    /// <returns>The keys of settings that groups use; null if groups end faster than they are read.</returns>
    public static HashSet<uint>? UsedSettings(Descriptor workers)
    {
        for (var tries = 0; tries < MostTries; tries++)
            if (TryReadAll(workers) is { } used) return used;
        return null;
    }

    private static HashSet<uint>? TryReadAll(Descriptor workers)
    {
        var (seen, used, vanished) = (new HashSet<ulong> { RootGroup }, new HashSet<uint>(), 0);
        ulong group = 0;
        while (true)
        {
            ulong next;
            ShardingWorker worker;
            if (Native.NextSharding(workers, group, &next) != 0)
                return group == 0 || Native.ReadSharding(workers, group, &worker) == 0 ? used : null;
            if (seen.Contains(next)) return used;
            if (Native.ReadSharding(workers, next, &worker) == 0)
            {
                seen.Add(next);
                used.Add(worker.Settings);
                group = next;
            }
            else if (++vanished == MostTries)
            {
                return null;
            }
        }
    }
}
