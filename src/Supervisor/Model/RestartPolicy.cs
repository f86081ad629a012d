namespace Reuseportd.Model;

internal enum RestartWhen
{
    Always,
    OnFailure,
    No,
}

/// <summary>Whether, when and how often an ended process is replaced.</summary>
/// <param name="Delay">Wait before the first retry of a process that did not get ready.</param>
/// <param name="Multiplier">Each further wait is the last one times this.</param>
/// <param name="MaxDelay">No wait is longer, jitter included.</param>
/// <param name="Jitter">Each wait is spread evenly over its value times 1 - jitter to 1 + jitter; 0 to 1.</param>
/// <param name="ResetAfter">A process that was ready this long starts the waits over.</param>
/// <param name="MaxAttempts">Restarts within <paramref name="Window"/> after which the slot has failed; 0 never gives up.</param>
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
