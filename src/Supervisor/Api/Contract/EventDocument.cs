namespace Reuseportd.Api.Contract;

/// <summary>
/// Data of one event of <c>GET /v1/events</c>, a stream of server-sent events: <c>id</c> is the sequence, <c>event</c> the kind.
/// The first event is <c>hello</c>. <c>lost</c> means that events are missing: the client is too slow, or <c>since</c> too old.
/// </summary>
/// <param name="Sequence">Rises by one with each event while the daemon runs.</param>
/// <param name="Time">ISO 8601, UTC.</param>
/// <param name="Event">
/// <c>REUSEPORT_EVENT</c> of the log: spawn, ready, exit, backoff, failed ...; or <c>hello</c>, <c>lost</c>.
/// </param>
/// <param name="Message">The text of the log.</param>
/// <param name="Service">Absent for an event of the daemon.</param>
/// <param name="Worker"><c>web@0</c>; absent for an event of the daemon or of a whole service.</param>
/// <param name="Pid">The process of the event; absent for none.</param>
/// <param name="Fields">The other fields of the log: names without <c>REUSEPORT_</c>, in lower case.</param>
internal sealed record EventDocument(
    long Sequence,
    string Time,
    string Event,
    string Message,
    string? Service = null,
    string? Worker = null,
    int? Pid = null,
    IReadOnlyDictionary<string, string>? Fields = null)
{
    /// <summary>For <c>lost</c>: the number of missing events.</summary>
    public long? Count { get; init; }
}
