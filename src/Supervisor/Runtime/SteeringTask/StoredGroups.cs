using Reuseportd.Linux.Steering;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>Passes changes of groups to the store.</summary>
/// <param name="store">Null without one.</param>
/// <param name="inherited">Groups that are in the store already.</param>
internal sealed class StoredGroups(IGroupStore? store, IEnumerable<GroupKey> inherited)
{
    private readonly HashSet<GroupKey> _stored = [.. inherited];

    /// <param name="group">Null for a group that no later daemon can continue with.</param>
    public void Put(InheritedGroup? group)
    {
        if (store is null || group is null) return;
        _stored.Add(group.Steered.Key);
        store.Put(group);
    }

    public void Remove(GroupKey key)
    {
        if (_stored.Remove(key)) store?.Remove(key);
    }
}
