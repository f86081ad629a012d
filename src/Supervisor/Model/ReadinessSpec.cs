namespace Reuseportd.Model;

/// <summary>When a new process counts as serving; past <paramref name="Timeout"/> its start has failed.</summary>
internal abstract record ReadinessSpec(TimeSpan Timeout)
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan DefaultPeriod = TimeSpan.FromMilliseconds(200);

    /// <summary>For how long without a break it has to be so; less than the timeout.</summary>
    public TimeSpan Settle { get; init; }

    /// <summary>All ports it is to shard are listening (UDP: bound).</summary>
    internal sealed record Bind(TimeSpan Timeout) : ReadinessSpec(Timeout);

    /// <summary>The process says <c>READY=1</c>, as sd_notify(3) does.</summary>
    internal sealed record Notify(TimeSpan Timeout) : ReadinessSpec(Timeout);

    /// <summary>It has lived for <paramref name="After"/>.</summary>
    internal sealed record Delay(TimeSpan After, TimeSpan Timeout) : ReadinessSpec(Timeout);

    /// <summary>It answers a probe.</summary>
    /// <param name="Period">From one probe that failed to the next.</param>
    internal sealed record Probed(ProbeSpec Probe, TimeSpan Period, TimeSpan Timeout) : ReadinessSpec(Timeout);
}
