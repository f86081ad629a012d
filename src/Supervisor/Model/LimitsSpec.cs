namespace Reuseportd.Model;

/// <summary>Resource limits and priorities of one process.</summary>
/// <param name="Resources">
/// Limits of setrlimit(2), soft and hard alike, in the order of <see cref="ResourceLimit.Names"/>: the order in the file makes no
/// difference.
/// </param>
/// <param name="Nice">Niceness from -20 to 19; null for the daemon's.</param>
/// <param name="OomScoreAdjust">From -1000 to 1000; null for the daemon's.</param>
internal sealed record LimitsSpec(
    ValueList<ResourceLimit> Resources,
    int? Nice,
    int? OomScoreAdjust,
    CpuAffinity? CpuAffinity)
{
    /// <summary>Limits of the control group of each worker's process tree.</summary>
    public GroupLimits Group { get; init; } = GroupLimits.None;

    public static readonly LimitsSpec None = new([], null, null, null);

    /// <summary>Null for the daemon's.</summary>
    public SchedulingSpec? Scheduling { get; init; }

    /// <summary>Null for the daemon's.</summary>
    public IoPrioritySpec? IoPriority { get; init; }
}

/// <summary>A limit of setrlimit(2).</summary>
/// <param name="Name">Lower-case name without <c>RLIMIT_</c>.</param>
/// <param name="Value">The limit in the resource's own unit; <see cref="Infinity"/> for no limit.</param>
internal sealed record ResourceLimit(string Name, ulong Value)
{
    public const ulong Infinity = ulong.MaxValue;

    /// <summary>
    /// Names in the order of their numbers in asm-generic/resource.h. All ports of Debian but MIPS and SPARC use these numbers.
    /// </summary>
    public static readonly ValueList<string> Names =
    [
        "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile",
        "memlock", "as", "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime",
    ];
}

/// <summary>Limits of a control group (cgroups(7)). Null for no limit.</summary>
/// <param name="MemoryMax">In bytes.</param>
/// <param name="CpuQuota">In percent of one CPU.</param>
/// <param name="TasksMax">Number of processes and threads.</param>
internal sealed record GroupLimits(ulong? MemoryMax, int? CpuQuota, int? TasksMax)
{
    public static readonly GroupLimits None = new(null, null, null);
}

/// <summary>The CPUs that the copies of a service run on.</summary>
internal abstract record CpuAffinity
{
    private CpuAffinity() { }

    /// <summary>Copy i runs on CPU i mod n of the n CPUs that the daemon may use.</summary>
    internal sealed record Spread : CpuAffinity;

    internal sealed record List(ValueList<int> Cpus) : CpuAffinity;
}
