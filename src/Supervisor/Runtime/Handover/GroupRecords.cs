using Reuseportd.Linux.Files;
using Reuseportd.Linux.Steering;
using Reuseportd.Runtime.SteeringTask;

namespace Reuseportd.Runtime.Handover;

/// <summary>Keeps the steered groups in the file of the state. The steerer's task uses it.</summary>
internal sealed class GroupRecords(RecordLog log) : IGroupStore
{
    public void Put(InheritedGroup group) =>
        _ = log.TryWrite((StateRecords.KeyOf(group.Steered.Key), StateRecords.Write(SavedGroups.Save(group))));

    public void Remove(GroupKey key) => _ = log.TryWrite((StateRecords.KeyOf(key), []));
}
