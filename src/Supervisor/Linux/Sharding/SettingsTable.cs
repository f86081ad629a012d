using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sharding;

/// <summary>
/// The map of settings: one entry for all workers with equal settings. Nothing tells when the last of them has ended, so the
/// entries without a worker are removed when the number of entries has doubled. Not thread-safe.
/// </summary>
internal sealed unsafe class SettingsTable : IDisposable
{
    /// <summary>An entry takes about 4 KiB of kernel memory while it is used.</summary>
    public const int Most = 16384;

    private const int FirstLimit = 32;

    private readonly Descriptor _settings;
    private readonly Descriptor _workers;
    private readonly Dictionary<ShardingSettings, uint> _keys = [];
    private int _limit = FirstLimit;
    private uint _last;

    /// <param name="settings">May have the entries of an earlier program of this process.</param>
    public SettingsTable(Descriptor settings, Descriptor workers)
    {
        (_settings, _workers) = (settings, workers);
        var bytes = new byte[ShardingSettings.Size];
        uint key = 0;
        fixed (byte* start = bytes)
        {
            while (Native.NextShardingSettings(settings, key, &key) == 0)
            {
                _last = Math.Max(_last, key);
                if (Native.ReadShardingSettings(settings, key, start) == 0) _keys[ShardingSettings.From(bytes)] = key;
            }
        }
    }

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
        fixed (byte* start = wanted.Bytes) errno = new Errno(Native.PutShardingSettings(_settings, key, start));
        if (errno != Errno.None) return 0;
        _keys.Add(wanted, key);
        return key;
    }

    public void Dispose() => _settings.Dispose();

    private void RemoveUnused()
    {
        if (StorageWalk.UsedSettings(_workers) is { } used)
        {
            foreach (var (wanted, key) in _keys.Where(entry => !used.Contains(entry.Value)).ToArray())
            {
                _ = Native.RemoveShardingSettings(_settings, key);
                _keys.Remove(wanted);
            }
        }

        _limit = Math.Max(FirstLimit, 2 * _keys.Count);
    }
}
