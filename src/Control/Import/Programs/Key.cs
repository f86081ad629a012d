namespace Reuseportd.Control.Import.Programs;

/// <summary>A key of a service that an import can set.</summary>
/// <param name="Path">The key, or <c>section.key</c>.</param>
/// <param name="Least">Of numbers, sizes in bytes, and durations in milliseconds.</param>
internal sealed record Key(string Path, long Least = 0, long Most = long.MaxValue)
{
    /// <summary>The longest duration of the configuration.</summary>
    private const long Week = 7L * 24 * 60 * 60 * 1000;

    public static readonly Key Workers = new("workers", 1, 10_000);
    public static readonly Key EnvFile = new("env_file");
    public static readonly Key WorkingDir = new("working_dir");
    public static readonly Key User = new("user");
    public static readonly Key Group = new("group");
    public static readonly Key Groups = new("supplementary_groups");
    public static readonly Key Umask = new("umask");
    public static readonly Key NoNewPrivileges = new("no_new_privileges");
    public static readonly Key Capabilities = new("ambient_capabilities");
    public static readonly Key Autostart = new("autostart");
    public static readonly Key ReadinessType = new("readiness.type");
    public static readonly Key ReadinessDelay = new("readiness.delay", 0, Week);
    public static readonly Key ReadinessTimeout = new("readiness.timeout", 1, Week);
    public static readonly Key LivenessType = new("liveness.type");
    public static readonly Key LivenessCommand = new("liveness.command");
    public static readonly Key LivenessDelay = new("liveness.initial_delay", 0, Week);
    public static readonly Key LivenessPeriod = new("liveness.period", 1, Week);
    public static readonly Key LivenessTimeout = new("liveness.timeout", 1, Week);
    public static readonly Key LivenessThreshold = new("liveness.failure_threshold", 1, 1000);
    public static readonly Key MaxAge = new("recycle.max_age", 1000, Week);
    public static readonly Key Variance = new("recycle.variance", 0, 1);
    public static readonly Key MaxMemory = new("recycle.max_memory", 1 << 20);
    public static readonly Key RestartPolicy = new("restart.policy");
    public static readonly Key RestartDelay = new("restart.delay", 1, Week);
    public static readonly Key RestartMultiplier = new("restart.multiplier", 1, 1000);
    public static readonly Key RestartMaxDelay = new("restart.max_delay", 1, Week);
    public static readonly Key MaxAttempts = new("restart.max_attempts", 0, 1_000_000);
    public static readonly Key Window = new("restart.window", 1, Week);
    public static readonly Key StopSignal = new("stop_signal");
    public static readonly Key StopGrace = new("stop_grace_period", 0, Week);
    public static readonly Key ReloadSignal = new("reload_signal");
    public static readonly Key Nice = new("limits.nice", -20, 19);
    public static readonly Key OomScore = new("limits.oom_score_adj", -1000, 1000);
    public static readonly Key CpuAffinity = new("limits.cpu_affinity", 0, 8191);
    public static readonly Key SchedulingPolicy = new("limits.scheduling_policy");
    public static readonly Key SchedulingPriority = new("limits.scheduling_priority", 1, 99);
    public static readonly Key IoClass = new("limits.io_class");
    public static readonly Key IoPriority = new("limits.io_priority", 0, 7);
    public static readonly Key MemoryMax = new("limits.memory_max", 1 << 20);
    public static readonly Key CpuQuota = new("limits.cpu_quota", 1, 1_000_000);
    public static readonly Key TasksMax = new("limits.tasks_max", 1, 1 << 22);
    public static readonly Key RateInterval = new("logging.rate_limit_interval", 1, Week);
    public static readonly Key RateBurst = new("logging.rate_limit_burst", 0, int.MaxValue);
    public static readonly Key Stdout = new("stdout");
    public static readonly Key Stderr = new("stderr");

    /// <summary>A limit of setrlimit(2), by its name in the configuration.</summary>
    public static Key Limit(string name) => new($"limits.{name}");

    /// <summary>The key at the level of the service.</summary>
    public string Top => Path.Split('.')[0];

    /// <summary>The key inside its section, or the key.</summary>
    public string Name => Path[(Path.IndexOf('.', StringComparison.Ordinal) + 1)..];
}
