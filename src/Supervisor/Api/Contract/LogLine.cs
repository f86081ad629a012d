namespace Reuseportd.Api.Contract;

/// <summary>A line of the answer of <c>GET /v1/logs</c>, which is JSON lines (<c>application/x-ndjson</c>).</summary>
/// <param name="Time">The time at which the daemon read the line; ISO 8601, UTC.</param>
/// <param name="Worker"><c>web@0</c>.</param>
/// <param name="Pid">The process that wrote the line.</param>
/// <param name="Stream">stdout or stderr.</param>
/// <param name="Text">Without line end. U+FFFD replaces bytes that are not UTF-8.</param>
internal sealed record LogLine(string Time, string Service, string Worker, int Pid, string Stream, string Text)
{
    /// <summary>Number of lines before this one that a slow client has missed.</summary>
    public long? Lost { get; init; }
}
