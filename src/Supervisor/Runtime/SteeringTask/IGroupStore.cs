using Reuseportd.Linux.Steering;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// Keeps the groups for a later daemon, also after a crash of this one. Called on the steerer's task, and only if something has
/// changed. The groups that the steerer has inherited count as stored. An exception refuses the request that led to the change.
/// </summary>
internal interface IGroupStore
{
    /// <summary>
    /// A group is new or has changed. Its descriptors are open. The call precedes each use of what is new in it.
    /// </summary>
    void Put(InheritedGroup group);

    /// <summary>A group is not steered any more. Its descriptors are closed after the call.</summary>
    void Remove(GroupKey key);
}
