using System.Buffers.Binary;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

/// <summary>Listeners of the daemon's own, in a private group, for testing the kernel's behaviour.</summary>
internal static unsafe class ProbeListener
{
    private const int AddressSize = 16;

    /// <summary>
    /// The first listener. It uses an address of its own within 127.0.0.0/8: the kernel may give a shared socket a port that
    /// another group has.
    /// </summary>
    public static TakenSocket? Open(out Errno errno)
    {
        var process = Environment.ProcessId;
        return Open(0x7f800000u | (uint)process & 0x3fffff | 0x400000, 0, out errno);
    }

    /// <summary>Another listener in the same group.</summary>
    public static TakenSocket? Beside(TakenSocket listener, out Errno errno)
    {
        var (address, port) = NameOf(listener);
        return Open(address, port, out errno);
    }

    /// <summary>A connection to the group; established when the call returns.</summary>
    public static Descriptor? Connect(TakenSocket listener, out Errno errno)
    {
        var number = Libc.Socket(Libc.FamilyInet, Libc.SocketStream | Libc.SocketCloseOnExec, 0);
        errno = Libc.ErrnoOf(number);
        if (number < 0) return null;
        var socket = new Descriptor(number);
        var name = stackalloc byte[AddressSize];
        var (address, port) = NameOf(listener);
        Write(name, address, port);
        errno = Libc.ErrnoOf(Libc.Connect(socket, name, AddressSize));
        if (errno == Errno.None) return socket;
        socket.Dispose();
        return null;
    }

    private static TakenSocket? Open(uint address, ushort port, out Errno errno)
    {
        var number = Libc.Socket(Libc.FamilyInet, Libc.SocketStream | Libc.SocketCloseOnExec | Libc.SocketNonBlocking, 0);
        errno = Libc.ErrnoOf(number);
        if (number < 0) return null;
        var socket = new TakenSocket(number);
        var on = 1;
        var name = stackalloc byte[AddressSize];
        Write(name, address, port);
        errno = Libc.ErrnoOf(Libc.SetSocketOption(socket, Libc.LevelSocket, Libc.OptionReusePort, &on, sizeof(int)));
        if (errno == Errno.None) errno = Libc.ErrnoOf(Libc.Bind(socket, name, AddressSize));
        if (errno == Errno.None) errno = socket.Listen(8);
        if (errno == Errno.None) return socket;
        socket.Dispose();
        return null;
    }

    private static (uint Address, ushort Port) NameOf(TakenSocket socket)
    {
        var name = stackalloc byte[AddressSize];
        uint size = AddressSize;
        _ = Libc.LocalName(socket, name, &size);
        var bytes = new ReadOnlySpan<byte>(name, AddressSize);
        return (BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]), BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]));
    }

    /// <summary><c>struct sockaddr_in</c> of ip(7).</summary>
    private static void Write(byte* name, uint address, ushort port)
    {
        var bytes = new Span<byte>(name, AddressSize);
        bytes.Clear();
        bytes[0] = Libc.FamilyInet;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], port);
        BinaryPrimitives.WriteUInt32BigEndian(bytes[4..], address);
    }
}
