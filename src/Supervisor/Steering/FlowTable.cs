namespace Reuseportd.Steering;

/// <summary>
/// Which slot each bucket of flows goes to, by rendezvous: the slot with the highest score for the bucket has it. So a slot that
/// comes takes its share from all others and no flow moves between those, and one that leaves gives back exactly what it had.
/// </summary>
/// <param name="buckets">A power of two; the more of them for each slot, the more even the shares.</param>
internal sealed class FlowTable(int buckets)
{
    /// <summary>Of a bucket while there is no slot at all.</summary>
    public const ushort NoSlot = ushort.MaxValue;

    private readonly ushort[] _slots = Filled(buckets);
    private readonly uint[] _scores = new uint[buckets];
    private readonly HashSet<int> _members = [];

    /// <summary>The slot of each bucket.</summary>
    public ReadOnlySpan<ushort> Slots => _slots;

    public void Add(int slot)
    {
        if (!_members.Add(slot)) return;
        for (var bucket = 0; bucket < _slots.Length; bucket++) Offer(bucket, slot);
    }

    public void Remove(int slot)
    {
        if (!_members.Remove(slot)) return;
        for (var bucket = 0; bucket < _slots.Length; bucket++)
        {
            if (_slots[bucket] != slot) continue;
            _slots[bucket] = NoSlot;
            _scores[bucket] = 0;
            foreach (var other in _members) Offer(bucket, other);
        }
    }

    private void Offer(int bucket, int slot)
    {
        var score = Score((uint)bucket, (uint)slot);
        // Equal scores go by number, so that the order of arrival plays no part.
        if (_slots[bucket] != NoSlot && (score < _scores[bucket] || score == _scores[bucket] && slot > _slots[bucket])) return;
        _slots[bucket] = (ushort)slot;
        _scores[bucket] = score;
    }

    /// <summary>MurmurHash3's last steps, in which every bit reaches every other.</summary>
    private static uint Score(uint bucket, uint slot)
    {
        var mixed = bucket * 0x9e3779b1 ^ (slot + 1) * 0xc2b2ae3d;
        mixed = (mixed ^ mixed >> 16) * 0x85ebca6b;
        mixed = (mixed ^ mixed >> 13) * 0xc2b2ae35;
        return mixed ^ mixed >> 16;
    }

    private static ushort[] Filled(int buckets)
    {
        var slots = new ushort[buckets];
        Array.Fill(slots, NoSlot);
        return slots;
    }
}
