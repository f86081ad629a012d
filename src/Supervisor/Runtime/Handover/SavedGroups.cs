using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Runtime.SteeringTask;

namespace Reuseportd.Runtime.Handover;

/// <summary>Groups of sockets as values of a text. Pure.</summary>
internal static class SavedGroups
{
    private const int NumberCount = 4;
    private const int PlaceFields = 3;

    public static SavedGroup Save(InheritedGroup group)
    {
        var (key, steered) = (group.Steered.Key, group.Steered);
        return new SavedGroup(
            key.IsStream, key.IsInet6, [key.Address.First, key.Address.Second], key.Port, key.Device, key.Uid, steered.Capacity,
            [.. steered.Numbers], [.. steered.Places.Select(one => new[] { one.Slot, one.Ordinal, one.Place })],
            [.. steered.Active], [.. group.Slots.Select(one => new SavedNumber(one.Key.Service, one.Key.Index, one.Value))]);
    }

    /// <param name="saved">A group that <see cref="IsSound"/>.</param>
    public static InheritedGroup Restore(SavedGroup saved)
    {
        var key = new GroupKey(
            saved.IsStream, saved.IsInet6, new RawAddress(saved.Address[0], saved.Address[1]), saved.Port, saved.Device,
            saved.Uid);
        var steered = new SteeredGroup(
            key, saved.Capacity, saved.Numbers, [.. saved.Places.Select(one => (one[0], one[1], one[2]))], saved.Active);
        return new InheritedGroup(
            steered, saved.Slots.ToDictionary(one => new WorkerName(one.Service, one.Index), one => one.Slot));
    }

    /// <summary>True if each number is one that the maps of a program can have.</summary>
    public static bool IsSound(SavedGroup saved) =>
        saved is { Address.Length: 2, Numbers.Length: NumberCount, Capacity: > 0 and <= SteeringMaps.MostSlots }
        && saved.Places.All(one => one is { Length: PlaceFields } && one[0] >= 0 && one[1] >= 0 && IsPlace(one[2]))
        && saved.Active.All(IsPlace)
        && saved.Places.DistinctBy(one => (one[0], one[1])).Count() == saved.Places.Length
        && saved.Slots.DistinctBy(one => (one.Service, one.Index)).Count() == saved.Slots.Length
        && saved.Slots.All(one => one.Slot >= 0);

    private static bool IsPlace(int place) => place is >= 0 and < SteeringMaps.MostSlots;
}
