namespace Reuseportd.Linux.Steering;

/// <summary>The slot that a place belongs to, and the number of the slot's socket there.</summary>
internal readonly record struct PlaceOwner(int Slot, int Ordinal)
{
    /// <summary>As in <c>steering_slot.owner</c>: never 0.</summary>
    public ulong Packed => (ulong)(uint)(Ordinal + 1) << 32 | (uint)Slot;

    /// <returns>Null for a place without an owner.</returns>
    public static PlaceOwner? From(ulong packed) =>
        packed >> 32 is > 0 and <= SteeringMaps.MostSlots and var number
            ? new PlaceOwner((int)(uint)packed, (int)number - 1)
            : null;
}
