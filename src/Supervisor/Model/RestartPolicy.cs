namespace Reuseportd.Model;

internal enum RestartWhen
{
    Always,
    OnFailure,
    No,
}

/// <summary>The conditions, delays and limits of the restarts of an ended process.</summary>
/// <param name="Delay">Wait before the first retry of a process that did not become ready.</param>
/// <param name="Multiplier">Factor from each wait to the next.</param>
/// <param name="MaxDelay">Longest wait, jitter included.</param>
/// <param name="Jitter">A wait is spread evenly between 1 - jitter and 1 + jitter times its value; 0 to 1.</param>
/// <param name="ResetAfter">After a process was ready for this time, waits begin with <paramref name="Delay"/> again.</param>
/// <param name="MaxAttempts">Restarts within <paramref name="Window"/> after which the slot fails; 0 for no limit.</param>
internal sealed record RestartPolicy(
    RestartWhen When,
    TimeSpan Delay,
    double Multiplier,
    TimeSpan MaxDelay,
    double Jitter,
    TimeSpan ResetAfter,
    int MaxAttempts,
    TimeSpan Window)
{
    public static readonly RestartPolicy Default = new(
        RestartWhen.Always,
        Delay: TimeSpan.FromMilliseconds(100),
        Multiplier: 2,
        MaxDelay: TimeSpan.FromSeconds(30),
        Jitter: 0.25,
        ResetAfter: TimeSpan.FromSeconds(10),
        MaxAttempts: 0,
        Window: TimeSpan.FromMinutes(10));
}
