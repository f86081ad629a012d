using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <summary>
/// Which of the sharded ports a process serves already. Each single port of the filter wants a socket of its own;
/// of a range, or of any port at all, one is enough.
/// </summary>
internal sealed record PortCoverage(PortFilter Filter, ValueList<bool> Served)
{
    public static PortCoverage None(PortFilter filter) => new(filter, new([.. new bool[Math.Max(1, filter.Ranges.Count)]]));

    public bool IsWhole => Served.All(served => served);

    /// <summary>The ports still waited for, as the configuration writes them; "any" where one of any is.</summary>
    public string Missing => Filter.IsAny
        ? "any"
        : string.Join(',', Filter.Ranges.Where((_, index) => !Served[index]));

    /// <summary>The same in words: <c>port 8080,8081</c>.</summary>
    public string MissingWords => Filter.IsAny ? "any port" : $"port {Missing}";

    public PortCoverage With(int port)
    {
        var next = Served.ToArray();
        for (var index = 0; index < next.Length; index++)
            next[index] |= Filter.IsAny || Filter.Ranges[index].Contains(port);
        return this with { Served = new([.. next]) };
    }

    /// <summary>
    /// The port that an outcome shows to be served: a TCP socket serves from <c>listen(2)</c> on, a UDP socket from
    /// <c>bind(2)</c> on, and only those that the library put into the group count. Null where it shows none.
    /// </summary>
    public static int? ServedPort(BindOutcome outcome) => outcome switch
    {
        { Succeeded: false } or { Socket: null } or { Socket.Matched: false } => null,
        { Kind: OutcomeKind.Listen, Socket.Kind: not SocketKind.Datagram } => outcome.Socket.Port,
        { Kind: OutcomeKind.Bind, Socket.Kind: SocketKind.Datagram } => outcome.Socket.Port,
        _ => null,
    };
}
