using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Seccomp;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Runtime.Handover;
using Reuseportd.Runtime.Methods;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.SteeringTask;

namespace Reuseportd.Runtime.Loop;

/// <summary>The loop's settings and services from outside.</summary>
/// <param name="Preload">Absolute path of the preload library.</param>
/// <param name="Environment">The daemon's own environment, which workers inherit.</param>
/// <param name="DescriptorLimit">File descriptor limit for workers whose service sets none.</param>
/// <param name="Jitter">Random numbers, evenly spread in [0, 1).</param>
/// <param name="StartParallelism">Starts in progress at the same time, beyond one for each service.</param>
/// <param name="NotifyFolder">The directory of the sockets for readiness notifications.</param>
/// <param name="Failures">Called with each failure.</param>
/// <param name="Guard">The child that kills orphans of workers if the daemon dies; null if there is none.</param>
/// <param name="Groups">The control groups for processes; null if there are none.</param>
/// <param name="Steerer">
/// Distributes new connections; null if the kernel alone does. The loop waits for it before its first turn.
/// </param>
/// <param name="ChildSignal">Reports ended children; null if <see cref="ProcessMessage.ChildEnded"/> does.</param>
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
    Task<Steerer>? Steerer = null)
{
    /// <summary>The methods that share ports beside the library.</summary>
    public MethodSupport Methods { get; init; } = MethodSupport.None;

    /// <summary>The fleet of an earlier program of this process; null for none.</summary>
    public Inheritance? Inheritance { get; init; }

    /// <summary>Keeps calls that are being answered for the next daemon; null if none takes the workers over.</summary>
    public CallRecords? CallRecords { get; init; }

    /// <summary>The origin of the loop's clock; null for the time at which the loop is made.</summary>
    public long? Clock { get; init; }

    /// <summary>The file that keeps the state for the next daemon; null if no daemon takes the workers over.</summary>
    public RecordLog? StateLog { get; init; }

    /// <summary>Called on the loop's thread when the state is in the file. Must not block.</summary>
    public Action? StateKept { get; init; }

    /// <summary>Called on the loop's thread if the state can no longer be kept. Must not block.</summary>
    public Action? StateLost { get; init; }

    /// <summary>Called on the loop's thread with each worker that is failed for good. Must not block.</summary>
    public Action<WorkerName>? Failed { get; init; }

    /// <summary>True if the kernel kills the workers with the daemon; false if the guard does.</summary>
    public bool WorkersDieWithDaemon { get; init; } = true;

    /// <summary>The daemon's RLIMIT_NOFILE.</summary>
    public long Descriptors { get; init; } = StartLimits.Descriptors();

    /// <summary>
    /// The timeout of a start, from its beginning to the program's exec. A busy disk delivers the first page well within it.
    /// </summary>
    public TimeSpan LongestStart { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The clock for starts, as a process starts in real time; null for the loop's own clock.</summary>
    public TimeProvider? StartTime { get; init; }
}
