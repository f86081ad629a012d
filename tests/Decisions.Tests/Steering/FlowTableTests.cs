using CsCheck;
using Reuseportd.Steering;

namespace Decisions.Tests.Steering;

public sealed class FlowTableTests
{
    private const int Buckets = 4096;

    [Fact]
    public void Slots_NoMember_AllAreEmpty() =>
        Assert.All(new FlowTable(Buckets).Slots.ToArray(), slot => Assert.Equal(FlowTable.NoSlot, slot));

    [Fact]
    public void Add_EightSlots_SharesAreEven()
    {
        var table = Of(Enumerable.Range(0, 8));
        for (var slot = 0; slot < 8; slot++)
            Assert.InRange(table.Slots.ToArray().Count(found => found == slot), Buckets / 8 * 0.85, Buckets / 8 * 1.15);
    }

    [Fact]
    public void Remove_OneOfEight_SpreadsItsBucketsOnly()
    {
        var table = Of(Enumerable.Range(0, 8));
        var before = table.Slots.ToArray();
        table.Remove(3);

        var heirs = new HashSet<int>();
        for (var bucket = 0; bucket < Buckets; bucket++)
        {
            if (before[bucket] == 3) heirs.Add(table.Slots[bucket]);
            else Assert.Equal(before[bucket], table.Slots[bucket]);
        }

        Assert.Equal([0, 1, 2, 4, 5, 6, 7], heirs.Order());
        table.Add(3);
        Assert.Equal(before, table.Slots.ToArray());
    }

    [Fact]
    public void Slots_AnyHistory_DependOnThePresentSlotsOnly() =>
        Gen.Select(Gen.Int[0, 20], Gen.Bool).Array[0, 40].Sample(steps =>
        {
            var table = new FlowTable(64);
            var there = new HashSet<int>();
            foreach (var (slot, comes) in steps)
            {
                if (comes)
                {
                    table.Add(slot);
                    there.Add(slot);
                }
                else
                {
                    table.Remove(slot);
                    there.Remove(slot);
                }
            }

            var direct = new FlowTable(64);
            foreach (var slot in there.OrderDescending()) direct.Add(slot);
            return direct.Slots.SequenceEqual(table.Slots);
        });

    private static FlowTable Of(IEnumerable<int> slots)
    {
        var table = new FlowTable(Buckets);
        foreach (var slot in slots) table.Add(slot);
        return table;
    }
}
