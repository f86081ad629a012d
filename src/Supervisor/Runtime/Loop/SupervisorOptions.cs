using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.SteeringTask;

namespace Reuseportd.Runtime.Loop;

/// <summary>What the loop is given by its surroundings.</summary>
/// <param name="Preload">Absolute path of the preload library.</param>
/// <param name="Environment">The daemon's own environment, which workers inherit.</param>
/// <param name="DescriptorLimit">Limit of descriptors for workers that set none.</param>
/// <param name="Jitter">Random numbers, evenly spread in [0, 1).</param>
/// <param name="StartParallelism">Workers that may be between start and ready at one time, beyond one for each service.</param>
/// <param name="NotifyFolder">Where the sockets are at which workers say that they are ready.</param>
/// <param name="Failures">Is told of each failure.</param>
/// <param name="Guard">A child that is no worker, and is told of those; null where there is none.</param>
/// <param name="Groups">Where processes get control groups of their own; null where there are none.</param>
/// <param name="Steerer">Who gets new connections; null where the kernel alone decides.</param>
/// <param name="ChildSignal">Tells of children that end; null where <see cref="ProcessMessage.ChildEnded"/> does.</param>
internal sealed record SupervisorOptions(
    string Preload,
    IReadOnlyDictionary<string, string> Environment,
    LimitPair? DescriptorLimit,
    Func<double> Jitter,
    int StartParallelism,
    string NotifyFolder,
    IFailureListener Failures,
    Guard? Guard = null,
    CgroupSubtree? Groups = null,
    ChildSignal? ChildSignal = null,
    Steerer? Steerer = null)
{
    /// <summary>RLIMIT_NOFILE of the daemon.</summary>
    public long Descriptors { get; init; } = StartLimits.Descriptors();

    /// <summary>
    /// The longest that a start may take until the program runs: a loaded disk gets its first page well within it.
    /// </summary>
    public TimeSpan LongestStart { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>By which that is measured; null for the loop's own. A process starts in real time.</summary>
    public TimeProvider? StartTime { get; init; }
}
