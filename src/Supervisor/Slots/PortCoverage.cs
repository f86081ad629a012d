using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <summary>
/// The sharded ports that a process serves. Each single port of the filter needs a socket; a range, or any port, needs one
/// socket.
/// </summary>
internal sealed record PortCoverage(PortFilter Filter, ValueList<bool> Served)
{
    public static PortCoverage None(PortFilter filter) => new(filter, new([.. new bool[Math.Max(1, filter.Ranges.Count)]]));

    public bool IsWhole => Served.All(served => served);

    /// <summary>
    /// The ports without a socket, in the form of the configuration; "any" if one socket on any port is needed.
    /// </summary>
    public string Missing => Filter.IsAny
        ? "any"
        : string.Join(',', Filter.Ranges.Where((_, index) => !Served[index]));

    /// <summary>The missing ports for messages: <c>port 8080,8081</c>.</summary>
    public string MissingWords => Filter.IsAny ? "any port" : $"port {Missing}";

    public PortCoverage With(int port)
    {
        var next = Served.ToArray();
        for (var index = 0; index < next.Length; index++)
            next[index] |= Filter.IsAny || Filter.Ranges[index].Contains(port);
        return this with { Served = new([.. next]) };
    }

    /// <summary>
    /// The port that an outcome shows to be served, or null. A TCP socket serves after <c>listen(2)</c>, a UDP socket after
    /// <c>bind(2)</c>. Only sockets that the library put into the group count.
    /// </summary>
    public static int? ServedPort(BindOutcome outcome) => outcome switch
    {
        { Succeeded: false } or { Socket: null } or { Socket.Matched: false } => null,
        { Kind: OutcomeKind.Listen, Socket.Kind: not SocketKind.Datagram } => outcome.Socket.Port,
        { Kind: OutcomeKind.Bind, Socket.Kind: SocketKind.Datagram } => outcome.Socket.Port,
        _ => null,
    };
}
