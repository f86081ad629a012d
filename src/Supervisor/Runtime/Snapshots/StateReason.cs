using Reuseportd.Model;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>Why a worker is in its state.</summary>
internal abstract record StateReason
{
    private StateReason() { }

    /// <summary>The process failed or was late.</summary>
    /// <param name="Reason">As the slot machine names it: <c>exit code 1</c>.</param>
    internal sealed record Failure(string Reason) : StateReason;

    /// <param name="Limit">The limit that has no room for one more process.</param>
    internal sealed record NoRoom(string Limit) : StateReason;

    /// <summary>The process ended with code 0, and the restart policy wants no other.</summary>
    internal sealed record Done : StateReason;

    /// <summary>Services that the worker's service depends on are not ready.</summary>
    internal sealed record WaitsForServices(ValueList<string> Names) : StateReason;

    /// <summary>Descendants of an earlier process still run.</summary>
    internal sealed record WaitsForFormerTree : StateReason;

    /// <summary>The process serves, and is ready once it has served for this long.</summary>
    internal sealed record Settles(TimeSpan For) : StateReason;

    internal sealed record WaitsForPorts(PortCoverage Coverage, TimeSpan AtMost) : StateReason;

    /// <summary>The process sends READY=1 when it is ready.</summary>
    internal sealed record WaitsForNotification(TimeSpan AtMost) : StateReason;

    internal sealed record WaitsForDelay(TimeSpan Delay) : StateReason;

    /// <param name="IsSent">Whether the daemon has sent a probe.</param>
    /// <param name="LastFailure">Result of the newest probe; null where no probe has failed.</param>
    internal sealed record WaitsForProbe(TimeSpan AtMost, bool IsSent, string? LastFailure) : StateReason;
}
