using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>
/// Lists the sockets of this network namespace: NETLINK_SOCK_DIAG, sock_diag(7). Needs no privilege. Each family costs one
/// request. For listeners, the kernel reads only its table of listeners.
/// </summary>
internal sealed unsafe class SockDiag : Descriptor
{
    private const ushort RequestByFamily = 20; // SOCK_DIAG_BY_FAMILY
    private const ushort Request = 0x1; // NLM_F_REQUEST
    private const ushort Dump = 0x300; // NLM_F_DUMP
    private const ushort Interrupted = 0x10; // NLM_F_DUMP_INTR
    private const ushort ErrorMessage = 2; // NLMSG_ERROR
    private const ushort DoneMessage = 3; // NLMSG_DONE

    private const int HeaderSize = 16; // struct nlmsghdr
    private const int RequestSize = HeaderSize + 56; // and struct inet_diag_req_v2
    private const int RecordSize = 72; // struct inet_diag_msg
    private const int MostTries = 4;

    // Bits by TCP state. An unconnected UDP socket counts as closed, a connected one as established.
    private const uint Listening = 1 << 10;
    private const uint BoundStream = 1 << 13; // bound but not listening: TCP_BOUND_INACTIVE, Linux 6.8; older kernels report none
    private const uint BoundDatagram = 1 << 7 | 1 << 1;
    private const byte Tcp = 6;
    private const byte Udp = 17;

    /// <summary>Parses <c>struct inet_diag_msg</c> and its attributes; null to skip the socket.</summary>
    private delegate T? Reader<T>(ReadOnlySpan<byte> body)
        where T : struct;

    private readonly byte[] _buffer = new byte[32 * 1024];
    private uint _sequence;

    /// <exception cref="LinuxException">EPROTONOSUPPORT or EACCES without sock_diag.</exception>
    public SockDiag()
        : base(Made(
            Libc.Socket(Libc.FamilyNetlink, Libc.SocketRaw | Libc.SocketCloseOnExec, Libc.NetlinkSockDiag),
            "socket(NETLINK_SOCK_DIAG)"))
    {
    }

    /// <summary>All sockets that accept traffic: TCP listeners and bound UDP sockets. Empty without sock_diag.</summary>
    public static List<SocketRecord> Serving() => All(static (diag, sockets) =>
    {
        _ = diag.Listeners(sockets);
        _ = diag.Datagrams(sockets);
    });

    /// <summary>The same, and TCP sockets that are bound but do not listen, if the kernel reports them.</summary>
    public static List<SocketRecord> Bound() => All(static (diag, sockets) =>
    {
        _ = diag.Listeners(sockets);
        _ = diag.List(Tcp, BoundStream, sockets);
        _ = diag.Datagrams(sockets);
    });

    private static List<SocketRecord> All(Action<SockDiag, List<SocketRecord>> list)
    {
        var sockets = new List<SocketRecord>();
        try
        {
            using var diag = new SockDiag();
            list(diag, sockets);
        }
        catch (LinuxException)
        {
            // A container may forbid the socket family: then no socket is known.
        }

        return sockets;
    }

    /// <summary>Adds the TCP listeners of both families to <paramref name="into"/>.</summary>
    /// <returns>ENOENT if the kernel has no tcp_diag.</returns>
    public Errno Listeners(List<SocketRecord> into) => List(Tcp, Listening, into);

    /// <summary>Adds the UDP sockets of both families that have a port.</summary>
    public Errno Datagrams(List<SocketRecord> into) => List(Udp, BoundDatagram, into);

    /// <summary>
    /// Adds the TCP connections that a local program has or will accept. The kernel walks its table of all connections, about 0.1
    /// µs for each slot, and reports those on this port.
    /// </summary>
    /// <param name="port">Local port; 0 for all.</param>
    public Errno Connections(int port, List<HeldConnection> into)
    {
        HeldConnection? Read(ReadOnlySpan<byte> body) => HeldConnection.Read(body, RecordSize);
        var errno = List(Libc.FamilyInet, Tcp, HeldConnection.States, port, Read, into);
        return errno != Errno.None ? errno : List(Libc.FamilyInet6, Tcp, HeldConnection.States, port, Read, into);
    }

    /// <summary>Adds the accept queues of the TCP listeners of both families, with the connections that found no room.</summary>
    public Errno ListenQueues(List<ListenQueue> into)
    {
        static ListenQueue? Read(ReadOnlySpan<byte> body) => ListenQueue.Read(Record(body, isStream: true), body[RecordSize..]);
        var errno = List(Libc.FamilyInet, Tcp, Listening, 0, Read, into, ListenQueue.Extensions);
        return errno != Errno.None ? errno : List(Libc.FamilyInet6, Tcp, Listening, 0, Read, into, ListenQueue.Extensions);
    }

    private Errno List(byte protocol, uint states, List<SocketRecord> into)
    {
        SocketRecord? Read(ReadOnlySpan<byte> body) => Record(body, protocol == Tcp) is { Port: > 0 } record ? record : null;
        var errno = List(Libc.FamilyInet, protocol, states, 0, Read, into);
        return errno != Errno.None ? errno : List(Libc.FamilyInet6, protocol, states, 0, Read, into);
    }

    /// <summary>If the table changed during the walk, it is read again: the result may omit sockets.</summary>
    private Errno List<T>(
        int family, byte protocol, uint states, int port, Reader<T> reader, List<T> into, byte extensions = 0)
        where T : struct
    {
        var start = into.Count;
        for (var attempt = 1; ; attempt++)
        {
            var errno = Ask((byte)family, protocol, states, port, extensions);
            if (errno != Errno.None) return errno;
            errno = ReadAnswer(reader, into, out var isWhole);
            if (errno != Errno.None || isWhole || attempt == MostTries) return errno;
            into.RemoveRange(start, into.Count - start);
        }
    }

    /// <param name="extensions">Bits of <c>INET_DIAG_*</c> attributes that the answer is to have.</param>
    private Errno Ask(byte family, byte protocol, uint states, int port, byte extensions)
    {
        Span<byte> request = stackalloc byte[RequestSize];
        request.Clear();
        MemoryMarshal.Write(request, (uint)RequestSize);
        MemoryMarshal.Write(request[4..], RequestByFamily);
        MemoryMarshal.Write(request[6..], (ushort)(Request | Dump));
        MemoryMarshal.Write(request[8..], ++_sequence);
        request[HeaderSize] = family;
        request[HeaderSize + 1] = protocol;
        request[HeaderSize + 2] = extensions;
        MemoryMarshal.Write(request[(HeaderSize + 4)..], states);
        BinaryPrimitives.WriteUInt16BigEndian(request[(HeaderSize + 8)..], (ushort)port);
        fixed (byte* start = request) return Libc.ErrnoOf(Libc.SendTo(this, start, RequestSize, 0, null, 0));
    }

    private Errno ReadAnswer<T>(Reader<T> reader, List<T> into, out bool isWhole)
        where T : struct
    {
        isWhole = true;
        while (true)
        {
            IoResult received;
            fixed (byte* start = _buffer) received = IoResult.FromCall(Libc.Receive(this, start, (nuint)_buffer.Length, 0));
            if (received.Errno == Errno.Interrupted) continue;
            if (received.Errno != Errno.None) return received.Errno;
            if (TakeMessages(_buffer.AsSpan(0, received.Count), reader, into, ref isWhole) is { } end) return end;
        }
    }

    /// <returns>Null while more messages follow; else the final error.</returns>
    private Errno? TakeMessages<T>(ReadOnlySpan<byte> messages, Reader<T> reader, List<T> into, ref bool isWhole)
        where T : struct
    {
        while (messages.Length >= HeaderSize)
        {
            var length = MemoryMarshal.Read<int>(messages);
            if (length < HeaderSize || length > messages.Length) return Errno.InvalidArgument;
            var body = messages[HeaderSize..length];
            isWhole &= (MemoryMarshal.Read<ushort>(messages[6..]) & Interrupted) == 0;
            // Remains of an earlier, incomplete answer are skipped.
            if (MemoryMarshal.Read<uint>(messages[8..]) == _sequence)
            {
                switch (MemoryMarshal.Read<ushort>(messages[4..]))
                {
                    case DoneMessage:
                        return Errno.None;
                    case ErrorMessage:
                        return new Errno(-MemoryMarshal.Read<int>(body));
                    case RequestByFamily when body.Length >= RecordSize:
                        if (reader(body) is { } record) into.Add(record);
                        break;
                }
            }

            messages = messages[Math.Min(length + 3 & ~3, messages.Length)..];
        }

        return null;
    }

    /// <summary>Parses <c>struct inet_diag_msg</c> of linux/inet_diag.h.</summary>
    private static SocketRecord Record(ReadOnlySpan<byte> body, bool isStream) => new(
        isStream,
        IsInet6: body[0] == Libc.FamilyInet6,
        MemoryMarshal.Read<RawAddress>(body[8..]),
        BinaryPrimitives.ReadUInt16BigEndian(body[4..]),
        Inode: MemoryMarshal.Read<uint>(body[68..]),
        Uid: MemoryMarshal.Read<uint>(body[64..]),
        ReceiveQueue: MemoryMarshal.Read<uint>(body[56..]),
        WriteQueue: MemoryMarshal.Read<uint>(body[60..]),
        Cookie: MemoryMarshal.Read<ulong>(body[44..]),
        Device: MemoryMarshal.Read<uint>(body[40..]));
}
