namespace Reuseportd.Model;

/// <summary>Resources of one process.</summary>
/// <param name="Resources">
/// Limits of setrlimit(2), soft and hard alike, in the order of <see cref="ResourceLimit.Names"/>, so that moving a line changes
/// nothing.
/// </param>
/// <param name="Nice">Niceness -20 to 19, or null for the daemon's.</param>
/// <param name="OomScoreAdjust">-1000 to 1000, or null for the daemon's.</param>
internal sealed record LimitsSpec(
    ValueList<ResourceLimit> Resources,
    int? Nice,
    int? OomScoreAdjust,
    CpuAffinity? CpuAffinity)
{
    /// <summary>Of each worker with all that comes of it.</summary>
    public GroupLimits Group { get; init; } = GroupLimits.None;

    public static readonly LimitsSpec None = new([], null, null, null);

    /// <summary>Null for the daemon's.</summary>
    public SchedulingSpec? Scheduling { get; init; }

    /// <summary>Null for the daemon's.</summary>
    public IoPrioritySpec? IoPriority { get; init; }
}

/// <summary>One limit of setrlimit(2).</summary>
/// <param name="Name">Lower-case name without <c>RLIMIT_</c>.</param>
/// <param name="Value">The limit in the resource's own unit; <see cref="Infinity"/> for none.</param>
internal sealed record ResourceLimit(string Name, ulong Value)
{
    public const ulong Infinity = ulong.MaxValue;

    /// <summary>
    /// The names in the order of their numbers in asm-generic/resource.h, which all ports of Debian but MIPS and SPARC use.
    /// </summary>
    public static readonly ValueList<string> Names =
    [
        "cpu", "fsize", "data", "stack", "core", "rss", "nproc", "nofile",
        "memlock", "as", "locks", "sigpending", "msgqueue", "nice", "rtprio", "rttime",
    ];
}

/// <summary>Limits of a control group, cgroups(7). Null for none.</summary>
/// <param name="MemoryMax">In bytes.</param>
/// <param name="CpuQuota">In percent of one CPU's time.</param>
/// <param name="TasksMax">Processes and threads.</param>
internal sealed record GroupLimits(ulong? MemoryMax, int? CpuQuota, int? TasksMax)
{
    public static readonly GroupLimits None = new(null, null, null);
}

/// <summary>On which CPUs the copies of a service run.</summary>
internal abstract record CpuAffinity
{
    private CpuAffinity() { }

    /// <summary>Copy i on CPU i mod n of those that the daemon may use.</summary>
    internal sealed record Spread : CpuAffinity;

    internal sealed record List(ValueList<int> Cpus) : CpuAffinity;
}
