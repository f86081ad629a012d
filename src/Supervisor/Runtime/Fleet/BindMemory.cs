using Reuseportd.Model;

namespace Reuseportd.Runtime.Fleet;

/// <summary>
/// The outcomes of a process's binds and listens. A DNS server binds the same address and port for TCP and for UDP, so the socket
/// type is part of the key.
/// </summary>
/// <param name="most">The daemon remembers at most this many sockets. The log has the others.</param>
internal sealed class BindMemory(int most)
{
    private readonly Dictionary<(OutcomeKind Call, string Type, string Address, int Port), BindOutcome> _newest = [];
    private BindOutcome? _lastFailed;

    /// <summary>The newest outcome for each combination of call, socket type, address and port.</summary>
    public IReadOnlyCollection<BindOutcome> All => _newest.Values;

    /// <summary>The newest bind or listen that failed and was not followed by a success; null if there is none.</summary>
    public BindOutcome? Failed =>
        _lastFailed is { } failed && !_newest.Values.Any(bind => bind.Succeeded && MakesUpFor(bind, failed)) ? failed : null;

    public void Add(BindOutcome outcome, SocketOutcome socket)
    {
        var key = (outcome.Kind, socket.Type, socket.Address, socket.Port);
        // Such an outcome comes when its socket is closed. The success of another socket may be newer.
        if (outcome.HasUnknownErrno && _newest.TryGetValue(key, out var newest) && newest.Succeeded) return;
        if (!outcome.Succeeded) _lastFailed = outcome;
        if (_newest.ContainsKey(key) || _newest.Count < most) _newest[key] = outcome;
    }

    /// <summary>A later listen also makes up for a failed bind, as it implies one.</summary>
    private static bool MakesUpFor(BindOutcome later, BindOutcome failed) =>
        later.Kind >= failed.Kind && KeyOf(later.Socket!) == KeyOf(failed.Socket!);

    private static (string Type, string Address, int Port) KeyOf(SocketOutcome socket) =>
        (socket.Type, socket.Address, socket.Port);
}
