namespace Linux.Tests.Harness;

/// <summary>Deadline of an event that must come. It is long, as only a failing test waits for all of it.</summary>
internal static class Deadline
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    /// <summary>Polls a condition that has no notification of its change.</summary>
    public static void Until(Func<bool> holds, string what) => Poll.Until(holds, Patience, what);
}
