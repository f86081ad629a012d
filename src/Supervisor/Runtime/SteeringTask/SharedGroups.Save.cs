using Reuseportd.Linux.Steering;
using Reuseportd.Model;

namespace Reuseportd.Runtime.SteeringTask;

/// <content>The end of this daemon: a later daemon continues with the groups, or they end.</content>
internal sealed partial class SharedGroups
{
    /// <summary>The groups with a program, also those of an earlier daemon in which no process was served yet.</summary>
    public SteeringRecord Save() => new(
        [.. _groups.Values.Select(group => group.Save()).OfType<InheritedGroup>(), .. _inherited.Values],
        new Dictionary<WorkerName, GivenCounts>(_ended));

    /// <summary>Returns every group to the kernel's hash.</summary>
    public void EndAll()
    {
        foreach (var group in _groups.Values) End(group);
    }
}
