namespace Reuseportd.Steering;

/// <summary>
/// Assigns each bucket of flows to a slot by rendezvous hashing: the slot with the highest score for the bucket gets it. A new
/// slot takes its share from all others and no flow moves between those. A slot that leaves gives back exactly its own buckets.
/// </summary>
/// <param name="buckets">A power of two; more buckets for each slot make the shares more even.</param>
internal sealed class FlowTable(int buckets)
{
    /// <summary>Stands in each bucket while the table has no slot.</summary>
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
        // Equal scores are decided by slot number, so that the order of arrival makes no difference.
        if (_slots[bucket] != NoSlot && (score < _scores[bucket] || score == _scores[bucket] && slot > _slots[bucket])) return;
        _slots[bucket] = (ushort)slot;
        _scores[bucket] = score;
    }

    /// <summary>The finalizer of MurmurHash3, in which every input bit affects every output bit.</summary>
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
