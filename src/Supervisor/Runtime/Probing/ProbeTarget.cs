using System.Globalization;
using System.Net;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Probing;

/// <summary>Where a probe over the network goes, and how to tell that it got there.</summary>
/// <param name="Addresses">To be tried in this order; never empty.</param>
/// <param name="Sharers">Workers on that port, this one among them: 1 where it is this worker's own.</param>
/// <param name="Pid">Whose connection it has to be where there are several, or one of its descendants'.</param>
internal sealed record ProbeTarget(ValueList<IPAddress> Addresses, int Port, int Sharers, int Pid)
{
    /// <summary>
    /// Has a connection from this port of a client reach the worker, until what it gives is disposed of; null where nothing is
    /// steered, and on a port of the worker's own.
    /// </summary>
    public Func<int, Task<IDisposable>>? Visit { get; init; }

    public static ProbeTarget Of(ServiceSpec service, WorkerName worker, Template? port, IEnumerable<BindOutcome> binds, int pid)
    {
        var ports = service.Process.Reuseport.Ports;
        var number = port is null ? ports.Ranges[0].First : int.Parse(port.Expand(worker), CultureInfo.InvariantCulture);
        var isSharded = ports.Contains(number);
        // The same port for all of them is no worker's own, whether the library shards it or not.
        var isOwn = !isSharded && port is not null && port.Text.Contains("worker", StringComparison.Ordinal);
        return new ProbeTarget(AddressesOf(service, number, binds), number, isOwn ? 1 : service.Workers, pid);
    }

    /// <summary>Where it listens as it said itself; else as the configuration has it; else on this machine.</summary>
    private static ValueList<IPAddress> AddressesOf(ServiceSpec service, int port, IEnumerable<BindOutcome> binds)
    {
        var said = binds
            .Where(outcome => outcome is { Succeeded: true, Socket: { } socket } && socket.Port == port && socket.Kind != SocketKind.Datagram)
            .Select(outcome => outcome.Socket!.Address);
        IPAddress[] known =
        [
            .. said.Concat(service.Process.Reuseport.Addresses).Select(Parsed).OfType<IPAddress>().Distinct(),
        ];
        return known.Length > 0 ? [.. known] : [IPAddress.Loopback, IPAddress.IPv6Loopback];
    }

    /// <summary>A wildcard is reached by the loopback address. Null for a prefix, which is many.</summary>
    private static IPAddress? Parsed(string text)
    {
        if (!IPAddress.TryParse(text, out var address)) return null;
        if (address.Equals(IPAddress.Any)) return IPAddress.Loopback;
        return address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;
    }

    /// <summary>Whose a connection is, by the inode of its other end.</summary>
    /// <returns>True: this worker's; false: another's; null: nobody has accepted it yet.</returns>
    public bool? OwnerOf(ulong inode) =>
        inode == 0 ? null : SocketHolders.Of(ProcessDescendants.Of(Pid)).Contains(inode);

    /// <summary>Whether connections wait to be accepted by this worker.</summary>
    public bool HasWaiting()
    {
        var waiting = SockDiag.Serving().Where(socket => socket is { IsStream: true, ReceiveQueue: > 0 } && socket.Port == Port).ToArray();
        if (waiting.Length == 0) return false;
        var held = SocketHolders.Of(ProcessDescendants.Of(Pid));
        return Array.Exists(waiting, socket => held.Contains(socket.Inode));
    }
}
