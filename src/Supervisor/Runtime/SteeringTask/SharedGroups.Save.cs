using Reuseportd.Linux.Steering;
using Reuseportd.Model;

namespace Reuseportd.Runtime.SteeringTask;

/// <content>The groups for the next program of this process.</content>
internal sealed partial class SharedGroups
{
    /// <summary>The groups with a program, for the next program of this process.</summary>
    public IReadOnlyList<InheritedGroup> Save()
    {
        var saved = new List<InheritedGroup>();
        foreach (var group in _groups.Values)
            if (group.Steering is ProgramSteering steering && steering.Save() is { } steered)
                saved.Add(new InheritedGroup(steered, new Dictionary<WorkerName, int>(group.Slots)));
        return saved;
    }
}
