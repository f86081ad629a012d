using System.Net;
using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>Looks up single TCP connections: NETLINK_SOCK_DIAG without a dump, one hash lookup in the kernel each.</summary>
internal sealed unsafe class ConnectionDiag : Descriptor
{
    private const ushort RequestByFamily = 20; // SOCK_DIAG_BY_FAMILY
    private const int HeaderSize = 16; // struct nlmsghdr
    private const int RequestSize = HeaderSize + 56; // and struct inet_diag_req_v2
    private const int RecordSize = 72; // struct inet_diag_msg
    private const int IdOffset = HeaderSize + 8; // its struct inet_diag_sockid
    private const int DontWait = 0x40; // MSG_DONTWAIT
    private const byte Tcp = 6;
    private const byte Listening = 10; // TCP_LISTEN

    private uint _sequence;

    /// <exception cref="LinuxException">EPROTONOSUPPORT or EACCES without sock_diag.</exception>
    public ConnectionDiag()
        : base(Made(
            Libc.Socket(Libc.FamilyNetlink, Libc.SocketRaw | Libc.SocketCloseOnExec, Libc.NetlinkSockDiag),
            "socket(NETLINK_SOCK_DIAG)"))
    {
    }

    /// <param name="server">The address that the client is connected to.</param>
    /// <param name="client">The address of the client.</param>
    /// <returns>
    /// Inode of the server's end; 0 until the server has accepted it. Null if this network namespace has no such connection.
    /// </returns>
    public ulong? Find(IPEndPoint server, IPEndPoint client)
    {
        if (!Ask(server, client)) return null;
        var answer = stackalloc byte[1024];
        while (true)
        {
            // The kernel answers during the send.
            var received = IoResult.FromCall(Libc.Receive(this, answer, 1024, DontWait));
            if (received.Errno == Errno.Interrupted) continue;
            if (received.Errno != Errno.None) return null;
            var message = new ReadOnlySpan<byte>(answer, received.Count);
            if (message.Length < HeaderSize || MemoryMarshal.Read<uint>(message[8..]) != _sequence) continue;
            var isRecord =
                MemoryMarshal.Read<ushort>(message[4..]) == RequestByFamily && message.Length >= HeaderSize + RecordSize;
            return isRecord ? Inode(message[HeaderSize..]) : null;
        }
    }

    private bool Ask(IPEndPoint server, IPEndPoint client)
    {
        Span<byte> request = stackalloc byte[RequestSize];
        request.Clear();
        MemoryMarshal.Write(request, (uint)RequestSize);
        MemoryMarshal.Write(request[4..], RequestByFamily);
        MemoryMarshal.Write(request[6..], (ushort)1); // NLM_F_REQUEST
        MemoryMarshal.Write(request[8..], ++_sequence);
        request[HeaderSize] = (byte)(
            server.AddressFamily == System.Net.Sockets.AddressFamily.InterNetwork ? Libc.FamilyInet : Libc.FamilyInet6);
        request[HeaderSize + 1] = Tcp;
        MemoryMarshal.Write(request[(HeaderSize + 4)..], uint.MaxValue);
        var id = request[IdOffset..];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(id, (ushort)server.Port);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(id[2..], (ushort)client.Port);
        server.Address.TryWriteBytes(id[4..], out _);
        client.Address.TryWriteBytes(id[20..], out _);
        MemoryMarshal.Write(id[40..], ulong.MaxValue); // INET_DIAG_NOCOOKIE
        fixed (byte* start = request) return Libc.SendTo(this, start, RequestSize, 0, null, 0) == RequestSize;
    }

    private static ulong? Inode(ReadOnlySpan<byte> body) =>
        // If there is no such connection, the kernel answers with a listener.
        body[1] == Listening ? null : MemoryMarshal.Read<uint>(body[68..]);
}
