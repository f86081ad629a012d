using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <summary>The reason why a process of a slot has failed.</summary>
internal abstract record SlotFailure
{
    private SlotFailure() { }

    /// <summary>The process ended by itself.</summary>
    internal sealed record Ended(ExitStatus Status) : SlotFailure;

    /// <summary>The process ended by itself, and the restart policy starts no other.</summary>
    internal sealed record EndedForGood(ExitStatus Status) : SlotFailure;

    /// <summary>The process could not be started.</summary>
    /// <param name="Error">Null if the daemon stopped waiting for the start.</param>
    internal sealed record NotStarted(SpawnError? Error) : SlotFailure;

    /// <summary>A limit leaves no room for the process.</summary>
    internal sealed record NoRoom(string Limit) : SlotFailure;

    /// <summary>The process was not ready before its timeout.</summary>
    internal sealed record NotReady(MissingReadiness Missing) : SlotFailure;

    /// <summary>The process was ready, and then failed its liveness probes.</summary>
    /// <param name="Failure">The failure of the last probe.</param>
    internal sealed record NoAnswer(string Failure) : SlotFailure;

    /// <summary>The process was ready, and then accepted no connection.</summary>
    internal sealed record AcceptsNothing(TimeSpan For) : SlotFailure;

    /// <summary>More restarts than the policy allows in its window.</summary>
    internal sealed record GaveUp(int Restarts, TimeSpan Window, SlotFailure Last) : SlotFailure;
}

/// <summary>The condition of readiness that was not met at the timeout.</summary>
internal abstract record MissingReadiness
{
    private MissingReadiness() { }

    /// <summary>The process served, but not for the settle time.</summary>
    internal sealed record SettleTime(TimeSpan Settle) : MissingReadiness;

    /// <summary>The process sent no <c>READY=1</c> (sd_notify(3)).</summary>
    internal sealed record Notification : MissingReadiness;

    /// <param name="Failure">The failure of the last probe; null if no probe was answered.</param>
    internal sealed record Probe(string? Failure) : MissingReadiness;

    internal sealed record Ports(PortCoverage Coverage) : MissingReadiness;
}
