using Reuseportd.Linux.Steering;
using Reuseportd.Model;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>A group that an earlier daemon has steered.</summary>
/// <param name="Services">
/// The services that ever had a worker in the group, in order of arrival: see <see cref="SharedGroup.SlotOf"/>.
/// </param>
internal sealed record InheritedGroup(SteeredGroup Steered, IReadOnlyList<string> Services);

/// <summary>The groups of an earlier daemon.</summary>
/// <param name="Groups">Groups with a BPF program.</param>
/// <param name="Services">Services with sockets in any group.</param>
internal sealed record InheritedSteering(IReadOnlyList<InheritedGroup> Groups, IReadOnlyList<string> Services)
{
    public static readonly InheritedSteering None = new([], []);

    /// <inheritdoc cref="SteeringRecord"/>
    public IReadOnlyDictionary<WorkerName, GivenCounts> Ended { get; init; } = new Dictionary<WorkerName, GivenCounts>();
}

/// <summary>What a later daemon needs of the steering.</summary>
/// <param name="Ended">Connections that groups gave to workers before they ended. The maps have those of present groups.</param>
internal sealed record SteeringRecord(
    IReadOnlyList<InheritedGroup> Groups, IReadOnlyDictionary<WorkerName, GivenCounts> Ended);
