using System.Globalization;
using System.Net;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Probing;

/// <summary>The destination of a network probe.</summary>
/// <param name="Addresses">Addresses in the order to try; never empty.</param>
/// <param name="Sharers">The number of workers on the port; 1 if the port belongs to this worker alone.</param>
/// <param name="Pid">On a shared port, this process or a descendant must have the connection.</param>
internal sealed record ProbeTarget(ValueList<IPAddress> Addresses, int Port, int Sharers, int Pid)
{
    /// <summary>
    /// Routes a connection from this client port to the worker until the result is disposed. Null without steering, and if the
    /// port belongs to this worker alone.
    /// </summary>
    public Func<int, Task<IDisposable>>? Visit { get; init; }

    public static ProbeTarget For(ServiceSpec service, WorkerName worker, Template? port, IEnumerable<BindOutcome> binds, int pid)
    {
        var ports = service.Process.Reuseport.Ports;
        var number = port is null ? ports.Ranges[0].First : int.Parse(port.Expand(worker), CultureInfo.InvariantCulture);
        var isSharded = ports.Contains(number);
        // A port with the same number for all workers is shared, with or without the preload library.
        var isOwn = !isSharded && port is not null && port.Text.Contains("worker", StringComparison.Ordinal);
        return new ProbeTarget(AddressesOf(service, number, binds), number, isOwn ? 1 : service.Workers, pid);
    }

    /// <summary>
    /// Prefers the addresses in the worker's outcomes, then those in the configuration, then the loopback addresses.
    /// </summary>
    private static ValueList<IPAddress> AddressesOf(ServiceSpec service, int port, IEnumerable<BindOutcome> binds)
    {
        var said = binds
            .Where(outcome => outcome.Succeeded)
            .Select(outcome => outcome.Socket)
            .OfType<SocketOutcome>()
            .Where(socket => socket.Port == port && socket.Kind != SocketKind.Datagram)
            .Select(socket => socket.Address);
        IPAddress[] known =
        [
            .. said.Concat(service.Process.Reuseport.Addresses).Select(Parsed).OfType<IPAddress>().Distinct(),
        ];
        return known.Length > 0 ? [.. known] : [IPAddress.Loopback, IPAddress.IPv6Loopback];
    }

    /// <summary>Replaces a wildcard by the loopback address. Null for a prefix, as it stands for many addresses.</summary>
    private static IPAddress? Parsed(string text)
    {
        if (!IPAddress.TryParse(text, out var address)) return null;
        if (address.Equals(IPAddress.Any)) return IPAddress.Loopback;
        return address.Equals(IPAddress.IPv6Any) ? IPAddress.IPv6Loopback : address;
    }

    /// <summary>Tells whether this worker has the connection with this inode.</summary>
    /// <returns>True for this worker, false for another, null if the connection is not accepted yet.</returns>
    public bool? OwnerOf(ulong inode) =>
        inode == 0 ? null : SocketHolders.Of(ProcessDescendants.Of(Pid)).Contains(inode);

    /// <summary>True if connections are queued on a socket of this worker.</summary>
    public bool HasWaiting()
    {
        var waiting = SockDiag.Serving()
            .Where(socket => socket is { IsStream: true, ReceiveQueue: > 0 } && socket.Port == Port)
            .ToArray();
        if (waiting.Length == 0) return false;
        var held = SocketHolders.Of(ProcessDescendants.Of(Pid));
        return Array.Exists(waiting, socket => held.Contains(socket.Inode));
    }
}
