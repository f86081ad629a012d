using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <summary>
/// A connection of the daemon to one slot of a group over loopback, even if the slot is inactive. It wakes a process in
/// accept(2), and is accepted by a worker that accepts at all. No data is sent. Dispose ends the visit.
/// </summary>
internal sealed class SlotVisit : IDisposable
{
    private readonly IGroupSteering _steering;
    private readonly int _slot;
    private readonly Socket _socket;
    private readonly IPEndPoint _server;

    private SlotVisit(IGroupSteering steering, int slot, Socket socket, IPEndPoint server) =>
        (_steering, _slot, _socket, _server) = (steering, slot, socket, server);

    /// <param name="errno">
    /// ENOTSUP if a slot cannot be visited: without <see cref="ProgramSteering"/>, with UDP, or for a group that is bound to an
    /// interface other than loopback.
    /// </param>
    public static SlotVisit? Begin(IGroupSteering steering, GroupKey key, int slot, out Errno errno)
    {
        errno = Errno.NotSupported;
        if (!key.IsStream || key.Device != 0) return null;
        var server = ServerOf(key);
        var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        var visit = new SlotVisit(steering, slot, socket, server);
        errno = visit.Connect();
        if (errno == Errno.None) return visit;
        visit.Dispose();
        return null;
    }

    /// <summary>True if the slot has accepted the connection.</summary>
    public bool IsAccepted(ConnectionDiag diag) => diag.Find(_server, (IPEndPoint)_socket.LocalEndPoint!) is > 0;

    public void Dispose()
    {
        _ = _steering.Visit(_slot, 0);
        _socket.Dispose();
    }

    private Errno Connect()
    {
        try
        {
            _socket.Bind(
                new IPEndPoint(_server.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0));
            var errno = _steering.Visit(_slot, ((IPEndPoint)_socket.LocalEndPoint!).Port);
            if (errno != Errno.None) return errno;
            _socket.Connect(_server);
            return Errno.None;
        }
        catch (SocketException exception) when (exception.SocketErrorCode is SocketError.WouldBlock or SocketError.InProgress)
        {
            // If the queue is full, the kernel repeats the SYN as long as the visit lasts.
            return Errno.None;
        }
        catch (SocketException exception)
        {
            return new Errno(exception.NativeErrorCode);
        }
    }

    private static IPEndPoint ServerOf(GroupKey key)
    {
        var raw = key.Address;
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<RawAddress>(in raw))[..(key.IsInet6 ? 16 : 4)];
        var address = new IPAddress(bytes);
        if (address.Equals(IPAddress.IPv6Any)) address = IPAddress.IPv6Loopback;
        if (address.Equals(IPAddress.Any)) address = IPAddress.Loopback;
        return new IPEndPoint(address, key.Port);
    }
}
