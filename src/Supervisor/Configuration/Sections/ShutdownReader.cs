using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads what precedes the stop of the daemon.</summary>
internal static class ShutdownReader
{
    private static readonly Key Grace = Key.Duration(
        "lb_grace",
        "Time before a stop for which the host is not ready for load balancers, while all workers serve. After it they drain. "
        + "A second stop signal ends the wait. 0s: the workers stop at once.",
        TimeSpan.Zero);

    public static readonly Key Key = new(
        "shutdown", new Shape.Map(Grace), "What the daemon does before it stops the workers and itself.");

    /// <returns>The grace time; null for none.</returns>
    public static TimeSpan? Read(Section top)
    {
        if (top.Find(Key)?.Section((Shape.Map)Key.Shape, "a map with 'lb_grace'") is not { } section) return null;
        var grace = section.Duration(Grace);
        section.RejectUnknown();
        return grace;
    }
}
