namespace Reuseportd.Api.Contract;

/// <summary>
/// Data of one event of <c>GET /v1/events</c>, a stream of server-sent events: <c>id</c> is the sequence, <c>event</c> the kind.
/// The first is <c>hello</c>; <c>lost</c> says that the client was too slow, or that what it asked for by <c>since</c> is no
/// longer there.
/// </summary>
/// <param name="Sequence">Rises by one from event to event while the daemon runs.</param>
/// <param name="Time">ISO 8601, UTC.</param>
/// <param name="Event">
/// As <c>REUSEPORT_EVENT</c> of the log: spawn, ready, exit, backoff, failed ...; or <c>hello</c>, <c>lost</c>.
/// </param>
/// <param name="Message">For people, as in the log.</param>
/// <param name="Service">Absent where it concerns none.</param>
/// <param name="Worker">Its name, <c>web@0</c>; absent where it concerns none.</param>
/// <param name="Pid">Of the process that it concerns.</param>
/// <param name="Fields">More of what the log has: names without <c>REUSEPORT_</c>, in small letters.</param>
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
    /// <summary>Of <c>lost</c>: how many events.</summary>
    public long? Count { get; init; }
}
