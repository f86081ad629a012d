using Reuseportd.Api.Contract;

namespace Reuseportd.Control.Top;

/// <summary>What a refresh found.</summary>
/// <param name="Status">Null without an answer; <paramref name="Problem"/> then tells the reason.</param>
internal sealed record Look(StatusDocument? Status, string? Problem = null)
{
    /// <summary>
    /// The newest lines of the worker that is shown in detail; null if they were not asked for, or without an answer.
    /// </summary>
    public IReadOnlyList<LogLine>? Lines { get; init; }

    /// <summary>The worker of <see cref="Lines"/>.</summary>
    public string? LinesOf { get; init; }

    /// <summary>New events; null if they were not asked for, or without an answer.</summary>
    public IReadOnlyList<EventDocument>? Events { get; init; }
}

/// <summary>What the next refresh asks for, besides the status.</summary>
/// <param name="Worker">Worker whose lines are shown; null for none.</param>
/// <param name="Lines">Number of lines.</param>
/// <param name="EventsSince">Number of the newest event that is known; null for no events.</param>
internal sealed record Wanted(string? Worker, int Lines, long? EventsSince);
