using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <summary>The time at which an ended process is replaced: at once, after a wait, or never.</summary>
internal static class RestartDelay
{
    /// <summary>A process that was ready for longer than this is replaced at once: its start works.</summary>
    public static readonly TimeSpan ReadyEnough = TimeSpan.FromSeconds(1);

    /// <summary>Wait before retry number <paramref name="streak"/>, counted from 0.</summary>
    /// <param name="jitter">Evenly spread in [0, 1): the position of the wait within the band of the jitter.</param>
    public static TimeSpan Next(RestartPolicy policy, int streak, double jitter)
    {
        var wait = policy.Delay.TotalMilliseconds * Math.Pow(policy.Multiplier, streak);
        // The band of the longest wait ends at the limit. If the band were cut off there instead, half of those waits would be
        // equal.
        wait = Math.Min(wait, policy.MaxDelay.TotalMilliseconds / (1 + policy.Jitter));
        return TimeSpan.FromMilliseconds(wait * (1 - policy.Jitter + 2 * policy.Jitter * jitter));
    }

    /// <summary>The restarts that count at <paramref name="now"/>, including this one.</summary>
    /// <returns>Null if the policy does not allow this restart.</returns>
    public static ValueList<TimeSpan>? Admit(RestartPolicy policy, ValueList<TimeSpan> attempts, TimeSpan now)
    {
        if (policy.MaxAttempts == 0) return [];
        TimeSpan[] counted = [.. attempts.Where(at => now - at < policy.Window), now];
        return counted.Length > policy.MaxAttempts ? null : new([.. counted]);
    }
}
