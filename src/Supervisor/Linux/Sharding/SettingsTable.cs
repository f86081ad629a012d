using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sharding;

/// <summary>
/// The map of settings: one entry for all workers with equal settings. Nothing tells when the last of them has ended, so the
/// entries without a worker are removed when the number of entries has doubled. Not thread-safe.
/// </summary>
internal sealed unsafe class SettingsTable(Descriptor settings, Descriptor workers) : IDisposable
{
    /// <summary>An entry takes about 4 KiB of kernel memory while it is used.</summary>
    public const int Most = 16384;

    private const int FirstLimit = 32;

    private readonly Dictionary<ShardingSettings, uint> _keys = [];
    private int _limit = FirstLimit;

    /// <summary>Above the keys that an earlier program of this process has given.</summary>
    private uint _last = LargestOf(workers);

    public int Count => _keys.Count;

    /// <param name="errno">E2BIG if there are too many different settings.</param>
    /// <returns>The key; 0 after an error.</returns>
    public uint KeyOf(ShardingSettings wanted, out Errno errno)
    {
        errno = Errno.None;
        if (_keys.TryGetValue(wanted, out var key)) return key;
        if (_keys.Count >= _limit) RemoveUnused();
        do key = ++_last;
        while (key == 0 || _keys.ContainsValue(key));
        fixed (byte* start = wanted.Bytes) errno = new Errno(Native.PutShardingSettings(settings, key, start));
        if (errno != Errno.None) return 0;
        _keys.Add(wanted, key);
        return key;
    }

    public void Dispose() => settings.Dispose();

    private static uint LargestOf(Descriptor workers)
    {
        var largest = 0u;
        ulong group = 0;
        while (Native.NextSharding(workers, group, &group) == 0)
        {
            ShardingWorker worker;
            if (Native.ReadSharding(workers, group, &worker) == 0) largest = Math.Max(largest, worker.Settings);
        }

        return largest;
    }

    private void RemoveUnused()
    {
        var used = new HashSet<uint>();
        ulong group = 0;
        while (Native.NextSharding(workers, group, &group) == 0)
        {
            ShardingWorker worker;
            if (Native.ReadSharding(workers, group, &worker) == 0) used.Add(worker.Settings);
        }

        foreach (var (wanted, key) in _keys.Where(entry => !used.Contains(entry.Value)).ToArray())
        {
            _ = Native.RemoveShardingSettings(settings, key);
            _keys.Remove(wanted);
        }

        _limit = Math.Max(FirstLimit, 2 * _keys.Count);
    }
}
