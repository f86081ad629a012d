namespace Reuseportd.Model;

/// <summary>An entry under <c>services:</c>, complete and validated.</summary>
/// <param name="Name">Letters, digits, '-', '_' and '.'; at most 64 of them.</param>
/// <param name="Workers">Number of copies; <c>auto</c> is resolved.</param>
/// <param name="Autostart">True if the workers start with the daemon.</param>
/// <param name="DependsOn">Services that start before this service.</param>
/// <param name="Liveness">Null if ready workers are not probed.</param>
internal sealed record ServiceSpec(
    string Name,
    int Workers,
    bool Autostart,
    ValueList<string> DependsOn,
    ProcessSpec Process,
    ReadinessSpec Readiness,
    LivenessSpec? Liveness,
    RecycleSpec Recycle,
    RestartPolicy Restart,
    StopSpec Stop,
    Signal ReloadSignal,
    UpdateSpec Update,
    StallSpec Stall,
    LoggingSpec Logging);

internal enum UpdateOrder
{
    StartFirst,
    StopFirst,
}

internal enum UpdateFailureAction
{
    Rollback,
    Pause,
}

/// <summary>The order and limits of a rolling restart of a service.</summary>
/// <param name="MaxSurge">Most processes beyond the number of workers at one time.</param>
/// <param name="MaxUnavailable">Most workers that are not ready at one time.</param>
internal sealed record UpdateSpec(
    int MaxSurge,
    int MaxUnavailable,
    UpdateOrder Order,
    TimeSpan DrainTimeout,
    UpdateFailureAction FailureAction)
{
    public static readonly UpdateSpec Default =
        new(MaxSurge: 1, MaxUnavailable: 0, UpdateOrder.StartFirst, TimeSpan.FromSeconds(30), UpdateFailureAction.Rollback);
}

internal enum StallAction
{
    Steer,
    Restart,
    None,
}

/// <summary>The time after which a worker that does not accept connections counts as stuck, and the daemon's reaction.</summary>
internal sealed record StallSpec(TimeSpan After, StallAction Action)
{
    public static readonly StallSpec Default = new(TimeSpan.FromMilliseconds(500), StallAction.Steer);
}

/// <summary>The part of a worker's output that reaches the log.</summary>
/// <param name="RateLimitBurst">Lines in each interval; 0 for no limit.</param>
/// <param name="LineMax">Most bytes of a line; a longer line is split.</param>
internal sealed record LoggingSpec(TimeSpan RateLimitInterval, int RateLimitBurst, int LineMax)
{
    public static readonly LoggingSpec Default = new(TimeSpan.FromSeconds(30), RateLimitBurst: 10_000, LineMax: 8 * 1024);
}
