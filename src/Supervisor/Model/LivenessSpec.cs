namespace Reuseportd.Model;

/// <summary>The conditions under which the daemon restarts a ready worker that runs but no longer answers.</summary>
/// <param name="InitialDelay">From readiness to the first probe.</param>
/// <param name="Period">From one probe to the next.</param>
/// <param name="Timeout">A probe without an answer after this time has failed.</param>
/// <param name="FailureThreshold">Failures in a row after which the worker is restarted.</param>
internal sealed record LivenessSpec(
    ProbeSpec Probe, TimeSpan InitialDelay, TimeSpan Period, TimeSpan Timeout, int FailureThreshold)
{
    public static readonly TimeSpan DefaultPeriod = TimeSpan.FromSeconds(10);

    public static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(1);

    public const int DefaultThreshold = 3;
}
