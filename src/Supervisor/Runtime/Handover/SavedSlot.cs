using Reuseportd.Model;

namespace Reuseportd.Runtime.Handover;

/// <param name="State">The name of the state, or <see cref="SavedSlots.Queued"/>.</param>
internal sealed record SavedSlot(
    string State, int Generation, int Restarts, int Streak, long[] Attempts, ExitStatus? LastExit, int LastGiven)
{
    /// <summary>Of Ready and Starting: since when.</summary>
    public long Since { get; init; }

    /// <summary>The deadline of the state.</summary>
    public long? Until { get; init; }

    public long Delay { get; init; }

    /// <summary>Of Starting: the time since which the process meets its readiness condition.</summary>
    public long? ServesSince { get; init; }

    /// <summary>Of Draining: the time to drain is over.</summary>
    public bool IsOver { get; init; }

    public SavedAfter? Then { get; init; }

    public string? Limit { get; init; }

    public SavedFailure? Failure { get; init; }
}

/// <summary>The step that follows the end of a process that drains or stops.</summary>
/// <param name="Failure">With a retry: the reason.</param>
/// <param name="ReadyFor">With a retry: the time for which the process was ready.</param>
internal sealed record SavedAfter(bool Restarts, SavedFailure? Failure, long? ReadyFor);

/// <param name="Kind">The name of the kind of failure.</param>
internal sealed record SavedFailure(string Kind)
{
    public ExitStatus? Status { get; init; }

    public SavedError? Error { get; init; }

    /// <summary>The limit, or the failure of a probe.</summary>
    public string? Text { get; init; }

    /// <summary>Ports of a service, with a bit for each one that a socket serves.</summary>
    public SavedCoverage? Coverage { get; init; }

    public long Time { get; init; }

    public int Restarts { get; init; }

    public SavedFailure? Last { get; init; }
}

internal sealed record SavedError(string Step, string Value, int Errno, string? Cause);

internal sealed record SavedCoverage(PortRange[] Ranges, bool[] Served);
