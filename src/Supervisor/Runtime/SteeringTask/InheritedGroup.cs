using Reuseportd.Linux.Steering;
using Reuseportd.Model;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>A group that an earlier program of this process has steered.</summary>
/// <param name="Slots">The number of each worker in the group.</param>
internal sealed record InheritedGroup(SteeredGroup Steered, IReadOnlyDictionary<WorkerName, int> Slots);

/// <summary>The groups of an earlier program of this process.</summary>
/// <param name="Groups">Groups with a BPF program.</param>
/// <param name="Services">Services with sockets in any group.</param>
internal sealed record InheritedSteering(IReadOnlyList<InheritedGroup> Groups, IReadOnlyList<string> Services)
{
    public static readonly InheritedSteering None = new([], []);
}
