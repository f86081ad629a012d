namespace Reuseportd.Runtime.SteeringTask;

/// <content>The end of this daemon: a later daemon continues with the groups, or they end.</content>
internal sealed partial class SharedGroups
{
    /// <summary>The groups with a program.</summary>
    public IReadOnlyList<InheritedGroup> Save() => [.. _groups.Values.Select(group => group.Save()).OfType<InheritedGroup>()];

    /// <summary>Returns every group to the kernel's hash.</summary>
    public void EndAll()
    {
        foreach (var group in _groups.Values) End(group);
    }
}
