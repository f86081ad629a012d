using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>
/// A TCP socket that listens. The framework's socket is not used, because it may end the listening at its own end, and a later
/// program of this process or the next daemon goes on with the same socket.
/// </summary>
internal sealed unsafe class TcpListeningSocket : Descriptor, IListener
{
    private const int LevelIpv6 = 41; // IPPROTO_IPV6
    private const int OptionOnlyIpv6 = 26; // IPV6_V6ONLY
    private const int Inet4Size = 16; // struct sockaddr_in
    private const int Inet6Size = 28; // struct sockaddr_in6
    private const int Backlog = 512;
    private const int LevelTcp = 6; // IPPROTO_TCP
    private const int OptionUserTimeout = 18; // TCP_USER_TIMEOUT

    /// <summary>Of each connection, in bytes; else a client that does not read has the kernel hold megabytes for it.</summary>
    private const int SendBuffer = 128 << 10;

    private const int ReceiveBuffer = 32 << 10;

    /// <summary>The kernel ends a connection whose client takes no data for this time, in milliseconds.</summary>
    private const int UserTimeout = 10_000;

    private TcpListeningSocket(int number)
        : base(number)
    {
    }

    Descriptor IListener.Descriptor => this;

    /// <summary>A socket that an earlier program or daemon has made.</summary>
    public static TcpListeningSocket Resume(int number)
    {
        var socket = new TcpListeningSocket(number);
        socket.LimitConnections();
        return socket;
    }

    /// <summary>
    /// Binds and listens. An IPv6 socket takes no IPv4 connections. Connections of an earlier socket in TIME_WAIT do not matter
    /// (SO_REUSEADDR).
    /// </summary>
    public static TcpListeningSocket? TryOpen(IPEndPoint address, out Errno errno)
    {
        var isInet6 = address.AddressFamily == AddressFamily.InterNetworkV6;
        const int type = Libc.SocketStream | Libc.SocketCloseOnExec | Libc.SocketNonBlocking;
        var number = Libc.Socket(isInet6 ? Libc.FamilyInet6 : Libc.FamilyInet, type, 0);
        errno = Libc.ErrnoOf(number);
        if (number < 0) return null;
        var socket = new TcpListeningSocket(number);
        errno = socket.Open(address, isInet6);
        if (errno == Errno.None) return socket;
        socket.Dispose();
        return null;
    }

    /// <summary>The address that the socket is bound to; null if it is no bound internet socket.</summary>
    public IPEndPoint? BoundAddress()
    {
        var name = stackalloc byte[Inet6Size];
        uint size = Inet6Size;
        if (Libc.LocalName(this, name, &size) < 0 || size < Inet4Size) return null;
        var bytes = new ReadOnlySpan<byte>(name, (int)size);
        var port = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
        return MemoryMarshal.Read<ushort>(bytes) switch
        {
            Libc.FamilyInet => new IPEndPoint(new IPAddress(bytes.Slice(4, 4)), port),
            Libc.FamilyInet6 when size >= Inet6Size =>
                new IPEndPoint(new IPAddress(bytes.Slice(8, 16), MemoryMarshal.Read<uint>(bytes[24..])), port),
            _ => null,
        };
    }

    /// <inheritdoc/>
    public SafeSocketHandle? TryAccept(out Errno errno)
    {
        var made = Libc.Accept(this, null, null, Libc.SocketCloseOnExec | Libc.SocketNonBlocking);
        errno = Libc.ErrnoOf(made);
        return made < 0 ? null : new SafeSocketHandle(made, ownsHandle: true);
    }

    private Errno Open(IPEndPoint address, bool isInet6)
    {
        var on = 1;
        var errno = Libc.ErrnoOf(
            Libc.SetSocketOption(this, Libc.LevelSocket, Libc.OptionReuseAddress, &on, sizeof(int)));
        if (errno == Errno.None && isInet6)
            errno = Libc.ErrnoOf(Libc.SetSocketOption(this, LevelIpv6, OptionOnlyIpv6, &on, sizeof(int)));
        if (errno != Errno.None) return errno;
        LimitConnections();
        var name = NameOf(address, isInet6);
        fixed (byte* start = name) errno = Libc.ErrnoOf(Libc.Bind(this, start, (uint)name.Length));
        return errno == Errno.None ? Libc.ErrnoOf(Libc.Listen(this, Backlog)) : errno;
    }

    /// <summary>Accepted connections have the options of the listener.</summary>
    private void LimitConnections()
    {
        Set(Libc.LevelSocket, Libc.OptionSendBuffer, SendBuffer);
        Set(Libc.LevelSocket, Libc.OptionReceiveBuffer, ReceiveBuffer);
        Set(LevelTcp, OptionUserTimeout, UserTimeout);

        void Set(int level, int option, int value) => _ = Libc.SetSocketOption(this, level, option, &value, sizeof(int));
    }

    /// <summary><c>struct sockaddr_in</c> or <c>struct sockaddr_in6</c>.</summary>
    private static byte[] NameOf(IPEndPoint address, bool isInet6)
    {
        var name = new byte[isInet6 ? Inet6Size : Inet4Size];
        MemoryMarshal.Write(name, (ushort)(isInet6 ? Libc.FamilyInet6 : Libc.FamilyInet));
        BinaryPrimitives.WriteUInt16BigEndian(name.AsSpan(2), (ushort)address.Port);
        address.Address.TryWriteBytes(name.AsSpan(isInet6 ? 8 : 4), out _);
        if (isInet6) MemoryMarshal.Write(name.AsSpan(24), (uint)address.Address.ScopeId);
        return name;
    }
}
