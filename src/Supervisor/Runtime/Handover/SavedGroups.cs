using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Steering;
using Reuseportd.Runtime.SteeringTask;

namespace Reuseportd.Runtime.Handover;

/// <summary>Groups of sockets as values of a text. Pure.</summary>
internal static class SavedGroups
{
    public static SavedGroup Save(InheritedGroup group)
    {
        var (key, numbers) = (group.Steered.Key, group.Steered.Numbers);
        return new SavedGroup(
            key.IsStream, key.IsInet6, [key.Address.First, key.Address.Second], key.Port, key.Device, key.Uid, [.. numbers],
            [.. group.Services]);
    }

    /// <param name="saved">A group that <see cref="IsSound"/>.</param>
    public static InheritedGroup Restore(SavedGroup saved)
    {
        var key = new GroupKey(
            saved.IsStream, saved.IsInet6, new RawAddress(saved.Address[0], saved.Address[1]), saved.Port, saved.Device,
            saved.Uid);
        return new InheritedGroup(new SteeredGroup(key, saved.Numbers), saved.Services);
    }

    public static bool IsSound(SavedGroup saved) =>
        saved.Address.Length == 2 && SteeredGroup.IsCount(saved.Numbers.Length)
        && saved.Services.Distinct().Count() == saved.Services.Length;
}
