using Reuseportd.Model;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>The reason for the state of a worker.</summary>
internal abstract record StateReason
{
    private StateReason() { }

    /// <summary>The process failed, or was not ready before its timeout.</summary>
    internal sealed record Failure(SlotFailure Of) : StateReason;

    /// <param name="Limit">The limit that has no room for another process.</param>
    internal sealed record NoRoom(string Limit) : StateReason;

    /// <summary>The process ended with code 0, and the restart policy requires no new process.</summary>
    internal sealed record Done : StateReason;

    /// <summary>Services that the worker's service depends on are not ready.</summary>
    internal sealed record WaitsForServices(ValueList<string> Names) : StateReason;

    /// <summary>Descendants of an earlier process still run.</summary>
    internal sealed record WaitsForFormerTree : StateReason;

    /// <summary>The process serves, and becomes ready after it has served for this time.</summary>
    internal sealed record Settles(TimeSpan For) : StateReason;

    internal sealed record WaitsForPorts(PortCoverage Coverage, TimeSpan AtMost) : StateReason;

    /// <summary>The process sends READY=1 when it is ready.</summary>
    internal sealed record WaitsForNotification(TimeSpan AtMost) : StateReason;

    internal sealed record WaitsForDelay(TimeSpan Delay) : StateReason;

    /// <param name="IsSent">True if the daemon has sent a probe.</param>
    /// <param name="LastFailure">Result of the newest probe; null if no probe has failed.</param>
    internal sealed record WaitsForProbe(TimeSpan AtMost, bool IsSent, string? LastFailure) : StateReason;
}
