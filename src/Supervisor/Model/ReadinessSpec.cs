namespace Reuseportd.Model;

/// <summary>The condition for the readiness of a new process; after <paramref name="Timeout"/> the start has failed.</summary>
internal abstract record ReadinessSpec(TimeSpan Timeout)
{
    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan DefaultPeriod = TimeSpan.FromMilliseconds(200);

    /// <summary>The time for which the condition must hold without a break; less than the timeout.</summary>
    public TimeSpan Settle { get; init; }

    /// <summary>The process listens on all sharded ports (UDP: is bound to them).</summary>
    internal sealed record Bind(TimeSpan Timeout) : ReadinessSpec(Timeout);

    /// <summary>The process sends <c>READY=1</c> (sd_notify(3)).</summary>
    internal sealed record Notify(TimeSpan Timeout) : ReadinessSpec(Timeout);

    /// <summary>The process has run for <paramref name="After"/>.</summary>
    internal sealed record Delay(TimeSpan After, TimeSpan Timeout) : ReadinessSpec(Timeout);

    /// <summary>The process answers a probe.</summary>
    /// <param name="Period">From one failed probe to the next.</param>
    internal sealed record Probed(ProbeSpec Probe, TimeSpan Period, TimeSpan Timeout) : ReadinessSpec(Timeout);
}
