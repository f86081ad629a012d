namespace Reuseportd.Runtime.Messages;

/// <summary>Arithmetic of waits. Null is no deadline.</summary>
internal static class Waits
{
    /// <summary>Time from <paramref name="now"/> to <paramref name="due"/>, not below zero.</summary>
    public static TimeSpan Until(TimeSpan due, TimeSpan now) => due > now ? due - now : TimeSpan.Zero;

    /// <summary>The shorter one of two waits.</summary>
    public static TimeSpan? Shorter(TimeSpan? one, TimeSpan? other) => one is null || other < one ? other : one;
}
