namespace Reuseportd.Linux.Steering;

/// <summary>A group with its program, for the next program of this process.</summary>
/// <param name="Capacity">Slots of the maps.</param>
/// <param name="Numbers">See <see cref="SteeringProgram.Numbers"/>.</param>
/// <param name="Places">The place of each socket, by slot and ordinal.</param>
/// <param name="Active">Places that get new connections.</param>
internal sealed record SteeredGroup(
    GroupKey Key, int Capacity, IReadOnlyList<int> Numbers, IReadOnlyList<(int Slot, int Ordinal, int Place)> Places,
    IReadOnlyList<int> Active);
