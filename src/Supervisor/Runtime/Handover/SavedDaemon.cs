using System.Text.Json.Serialization;
using Reuseportd.Linux.Files;
using Reuseportd.Model;
using Reuseportd.Runtime.Methods;

namespace Reuseportd.Runtime.Handover;

/// <summary>
/// The state that a daemon hands over to the program that replaces it. All times are ticks on the daemon's monotonic clock.
/// Descriptors have the numbers that they keep across execve(2).
/// </summary>
/// <param name="Form">The version of this form. A reader refuses versions that it does not know.</param>
/// <param name="By">The version of the daemon that wrote the state.</param>
/// <param name="Clock">The origin of the monotonic clock, in ticks of <see cref="TimeProvider.GetTimestamp"/>.</param>
/// <param name="LastToken">No smaller number identifies a new process.</param>
internal sealed record SavedDaemon(
    int Form, string By, long Clock, ulong LastToken, SavedResources Resources, SavedService[] Services,
    SavedStream[] Streams)
{
    /// <summary>
    /// The oldest version that this program reads. A version that only adds optional values can be read by its successors. Such
    /// a value is null if the text does not have it: the serializer does not run the initializer of its property.
    /// </summary>
    public const int OldestForm = 2;

    /// <summary>
    /// The version that this program writes. It must change, and the oldest with it, with each layout that BPF programs and
    /// daemon share: share_maps.h, steering_maps.h.
    /// </summary>
    public const int PresentForm = LatestForm + Trial;

    private const int LatestForm = 2;

#if LATER_STATE
    /// <summary>make test-upgrades: a later version, which adds a value.</summary>
    private const int Trial = 1;

    /// <summary>The number of daemons of this version that took the workers over; null in a state of an earlier one.</summary>
    public int? Takeovers { get; init; }

    private const int TakeoversBefore = 100;
#else
    private const int Trial = 0;
#endif

    public required SavedGroup[] Groups { get; init; }

    public required DaemonSpec Settings { get; init; }

    /// <summary>Null if the counters begin anew: after the death of a daemon.</summary>
    public SavedTotals? Totals { get; init; }

    /// <summary>
    /// The time at which the counters began, in seconds of the Unix clock; null in a state of an earlier version. A clock that is
    /// set later does not change it.
    /// </summary>
    public double? Started { get; init; }

    /// <summary>The drain of the host; null if the host serves.</summary>
    public SavedHost? Host { get; init; }

    /// <summary>Rises with each daemon that takes the workers over.</summary>
    public long Succession { get; init; }

    /// <summary>The value of <see cref="Linux.Spawning.Guard.Variable"/> in the workers.</summary>
    public required string Mark { get; init; }

    /// <summary>Processes that the records do not have any more, see <see cref="DoubledProcesses"/>. Not in the text.</summary>
    [JsonIgnore]
    public int Lost { get; init; }

    /// <summary>The processes of all workers.</summary>
    public IEnumerable<SavedProcess> Processes =>
        Services.SelectMany(service => service.Workers).Select(worker => worker.Process).OfType<SavedProcess>();

    public int Workers => Processes.Count();

    /// <summary>The state of a daemon that takes the workers over from the daemon of a former state.</summary>
    /// <param name="former">Null for a daemon that starts its workers.</param>
    public SavedDaemon Following(SavedDaemon? former) => this with
    {
        Succession = (former?.Succession ?? 0) + 1,
#if LATER_STATE
        Takeovers = former is null ? 0 : (former.Takeovers ?? TakeoversBefore) + 1,
#endif
    };

    /// <summary>The state without streams of processes that it does not have.</summary>
    public SavedDaemon WithoutStrays()
    {
        var running = Processes.Select(process => process.Serial).ToHashSet();
        return this with { Streams = [.. Streams.Where(stream => running.Contains(stream.Process))] };
    }

    /// <summary>All descriptors that the next daemon needs.</summary>
    public IEnumerable<int> Descriptors
    {
        get
        {
            IEnumerable<int> numbers =
            [
                Resources.Listener, Resources.LockFile, Resources.Guard ?? -1, Resources.Rings?.Number ?? -1,
                Resources.Calls?.Number ?? -1, .. Resources.Sharding ?? [],
                .. Resources.Listeners.SelectMany(listener => new[] { listener.Number, listener.LockFile ?? -1 }),
                .. Services.Select(service => service.Notify?.Socket.Number ?? -1),
                .. Processes.SelectMany(process => new[] { process.Handle.Number, process.Calls?.Number ?? -1 }),
                .. Streams.Select(stream => stream.Pipe), .. Groups.SelectMany(group => group.Numbers),
            ];
            return numbers.Where(number => number != -1);
        }
    }
}

/// <param name="Declared">The specification of the configuration files, as a file.</param>
/// <param name="Former">The specification before the last change that replaced processes; null for none.</param>
/// <param name="RolledBackFrom">The specification that the last update rolled back from; null for none.</param>
internal sealed record SavedService(
    string Declared, string? Former, string? RolledBackFrom, bool Runs, int[] Others, int? Scaled, SavedWorker[] Workers)
{
    /// <summary>The highest generation of each worker that was scaled away, by worker number.</summary>
    public required Dictionary<int, int> LastGiven { get; init; }

    /// <summary>True if the service was removed, and its last workers are ending.</summary>
    public bool IsLeaving { get; init; }

    /// <summary>The socket for readiness notifications; null if it is not open.</summary>
    public SavedNotify? Notify { get; init; }

    /// <summary>The rolling restart in progress or paused; null for none.</summary>
    public SavedUpdate? Update { get; init; }
}

/// <param name="Entry">The inode of its path.</param>
/// <param name="Owner">The user that may send to the socket, besides root; null for the daemon's user.</param>
internal sealed record SavedNotify(DescriptorIdentity Socket, ulong Entry, SavedUser? Owner);

internal sealed record SavedUser(uint Uid, uint Gid, uint[] Groups);

/// <param name="Former">The specification before the update, as a file; null if the update only restarts workers.</param>
internal sealed record SavedUpdate(string? Former, bool IsRollback, bool IsTakenBack, bool IsPaused);

internal sealed record SavedWorker(int Index, SavedSlot Slot, SavedProcess? Process)
{
    /// <summary>The worker's own specification, as a file; null if the one of the service applies.</summary>
    public string? Kept { get; init; }

    /// <summary>True if the specification of the service applies when the process has ended.</summary>
    public bool RenewsAtEnd { get; init; }

    /// <summary>True if the worker starts when the drained host is taken back.</summary>
    public bool IsHeldBack { get; init; }

    /// <summary>True if the worker is to be forgotten as soon as it has stopped.</summary>
    public bool IsLeaving { get; init; }

    /// <summary>True for the second slot of a worker.</summary>
    public bool IsReplacement { get; init; }

    /// <summary>The last line of the process that ended before; null if it is not shown, or if there is none.</summary>
    public string? LastLine { get; init; }

    /// <summary>True if an update of the service has not replaced the worker yet.</summary>
    public bool IsInUpdate { get; init; }

    /// <summary>The worker starts anew, as its process cannot be taken over.</summary>
    /// <returns>Null if it was to end.</returns>
    public SavedWorker? WithoutProcess() => this is { IsLeaving: false, IsReplacement: false }
        ? this with { Process = null, Slot = Slot with { State = SavedSlots.Queued } }
        : null;
}

internal sealed record SavedProcess(
    ulong Serial, int Pid, int Generation, string Program, SavedAccount Account, long Started, SavedMethod Method)
{
    public required DescriptorIdentity Handle { get; init; }

    /// <summary>False if an earlier daemon, which has died, started the process.</summary>
    public bool IsChild { get; init; }

    /// <summary>Reports the calls that the daemon answers; null if it answers none.</summary>
    public DescriptorIdentity? Calls { get; init; }

    /// <summary>True if the daemon must not carry out such a call, see <see cref="Linux.Seccomp.FormerCalls"/>.</summary>
    public bool IsConfined { get; init; }

    public string? Group { get; init; }

    public ulong GroupId { get; init; }

    public int Pipes { get; init; }

    /// <summary>Null if the process has no such pipe. The daemon may have closed it.</summary>
    public DescriptorIdentity? Stdout { get; init; }

    /// <inheritdoc cref="Stdout"/>
    public DescriptorIdentity? Stderr { get; init; }

    public SavedReason? Silence { get; init; }

    public required BindOutcome[] Binds { get; init; }

    public required SavedSocket[] Sockets { get; init; }

    public required int[] KernelPorts { get; init; }
}

internal sealed record SavedAccount(string? Name, uint Uid, uint Gid, uint[] Groups, string? Home, string? Shell);

internal sealed record SavedMethod(
    ShardingMethod Method, bool UsesLibrary, bool UsesKernel, bool UsesSeccomp, SavedReason? Unreached, string? Obstacle)
{
    public ShardingMethod Wanted { get; init; }

    public string? NoPrivilegedPorts { get; init; }

    public MethodRemedy Remedy { get; init; }
}

/// <summary>The reason why the library is not in a process.</summary>
internal sealed record SavedReason(string Reason, string Detail);

internal sealed record SavedSocket(ulong Inode, int Pid, int Descriptor);

/// <summary>A group of sockets with its BPF program.</summary>
/// <param name="Address">As of <see cref="Linux.Sockets.RawAddress"/>.</param>
/// <param name="Numbers">As of <see cref="Linux.Steering.SteeredGroup"/>. The maps have the rest.</param>
/// <param name="Services">As of <see cref="SteeringTask.InheritedGroup"/>.</param>
internal sealed record SavedGroup(
    bool IsStream, bool IsInet6, ulong[] Address, int Port, uint Device, uint Uid, int[] Numbers, string[] Services);

/// <param name="Process">Serial number.</param>
/// <param name="IsStderr">False for stdout.</param>
/// <param name="Held">The bytes of the unfinished line, in base64.</param>
/// <param name="Continues">True if these bytes continue a line that was cut.</param>
internal sealed record SavedStream(int Pipe, ulong Process, bool IsStderr, byte[] Held, bool Continues)
{
    /// <summary>The newest finished line, cut to the bytes that are shown; null if there is none.</summary>
    public byte[]? LastLine { get; init; }
}
