namespace Reuseportd.Model;

/// <summary>When a worker that was ready counts as dead though its process lives; it is restarted then.</summary>
/// <param name="InitialDelay">From its being ready to the first probe.</param>
/// <param name="Period">From one probe to the next.</param>
/// <param name="Timeout">A probe that has no answer by then has failed.</param>
/// <param name="FailureThreshold">Failures in a row that make it dead.</param>
internal sealed record LivenessSpec(ProbeSpec Probe, TimeSpan InitialDelay, TimeSpan Period, TimeSpan Timeout, int FailureThreshold)
{
    public static readonly TimeSpan DefaultPeriod = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(1);

    public const int DefaultThreshold = 3;
}
