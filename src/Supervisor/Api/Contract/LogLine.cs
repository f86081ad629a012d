namespace Reuseportd.Api.Contract;

/// <summary>One line of the answer of <c>GET /v1/logs</c>, which is JSON lines (<c>application/x-ndjson</c>).</summary>
/// <param name="Time">When it was read, ISO 8601, UTC.</param>
/// <param name="Worker">Its name, <c>web@0</c>.</param>
/// <param name="Pid">Of the process that it is of.</param>
/// <param name="Stream">stdout or stderr.</param>
/// <param name="Text">Without the end of the line; what is no UTF-8 is replaced.</param>
internal sealed record LogLine(string Time, string Service, string Worker, int Pid, string Stream, string Text)
{
    /// <summary>Lines ahead of this one that a client was too slow for.</summary>
    public long? Lost { get; init; }
}
