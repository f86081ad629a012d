using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>
/// A stream socket with a path (unix(7)). The framework's socket is not used, because it deletes any file at the path when it
/// closes.
/// </summary>
internal sealed unsafe class LocalSocket : Descriptor, IListener
{
    private const int PathMost = 108; // sun_path of unix(7), with its NUL

    private LocalSocket(int number)
        : base(number)
    {
    }

    Descriptor IListener.Descriptor => this;

    /// <summary>True if clients may connect although this program accepts no connection any more.</summary>
    public bool KeepsListening { get; set; }

    /// <summary>A socket that an earlier program of this process has made.</summary>
    public static LocalSocket Resume(int number) => new(number);

    /// <summary>The path that the socket is bound to; empty if it is not bound.</summary>
    public string BoundPath()
    {
        var address = stackalloc byte[PathMost + sizeof(ushort)];
        var size = (uint)(PathMost + sizeof(ushort));
        if (Libc.LocalName(this, address, &size) < 0 || size <= sizeof(ushort)) return "";
        var name = new ReadOnlySpan<byte>(address + sizeof(ushort), (int)size - sizeof(ushort));
        return Encoding.UTF8.GetString(name.TrimEnd((byte)0));
    }

    /// <summary>The longest path in bytes of UTF-8.</summary>
    public static int LongestPath => PathMost - 1;

    /// <summary>A bound socket that does not listen yet.</summary>
    public static LocalSocket? TryBind(string path, out Errno errno)
    {
        var socket = new LocalSocket(
            Made(
                Libc.Socket(Libc.FamilyUnix, Libc.SocketStream | Libc.SocketCloseOnExec | Libc.SocketNonBlocking, 0),
                "socket(AF_UNIX)"));
        var address = AddressOf(path) ?? [];
        fixed (byte* start = address) errno = Libc.ErrnoOf(Libc.Bind(socket, start, (uint)address.Length));
        if (errno == Errno.None) return socket;
        socket.Dispose();
        return null;
    }

    /// <summary>
    /// Ends receiving (shutdown(2), SHUT_RD). Data that was sent before can still be read. Further sends of the other end fail
    /// with EPIPE; connects to a listener fail with ECONNREFUSED. This end can still send. A closed socket is ignored.
    /// </summary>
    public static void EndReceiving(SafeHandle socket)
    {
        try
        {
            _ = Libc.Shutdown(socket, Libc.ShutdownRead);
        }
        catch (ObjectDisposedException)
        {
            // Another thread has closed it meanwhile.
        }
    }

    /// <summary>True if the socket has data to read. Does not read.</summary>
    /// <param name="isOver">The other end will send no more data.</param>
    public static bool HasInput(SafeHandle socket, out bool isOver)
    {
        byte first;
        var got = Libc.Receive(socket, &first, 1, Libc.ReceivePeek | Libc.WithoutWait);
        isOver = got == 0 || got < 0 && Libc.LastErrno is var errno && errno != Errno.Again && errno != Errno.Interrupted;
        return got > 0;
    }

    /// <summary>False if part of the data found no room, or the other end is closed.</summary>
    public static bool TrySend(SafeHandle socket, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
            return Libc.SendTo(socket, start, (nuint)data.Length, Libc.SendNoSignal | Libc.WithoutWait, null, 0) == data.Length;
    }

    /// <summary>Accepts connections from now on; the system limits the queue (net.core.somaxconn).</summary>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public void Listen() => Made(Libc.Listen(this, int.MaxValue), "listen");

    /// <inheritdoc/>
    public SafeSocketHandle? TryAccept(out Errno errno)
    {
        var made = Libc.Accept(this, null, null, Libc.SocketCloseOnExec | Libc.SocketNonBlocking);
        errno = Libc.ErrnoOf(made);
        return made < 0 ? null : new SafeSocketHandle(made, ownsHandle: true);
    }

    /// <summary>Connects and closes at once.</summary>
    /// <returns>None or EAGAIN if a process listens; ECONNREFUSED if none has the socket.</returns>
    public static Errno Probe(string path) => Probe(path, Libc.SocketStream);

    /// <summary>The same for a datagram socket; no data is sent.</summary>
    public static Errno ProbeDatagrams(string path) => Probe(path, Libc.SocketDatagram);

    /// <summary><c>struct sockaddr_un</c>; null if the path is too long.</summary>
    public static byte[]? AddressOf(string path)
    {
        var name = Encoding.UTF8.GetBytes(path);
        return name.Length < PathMost ? [Libc.FamilyUnix, 0, .. name, 0] : null;
    }

    private static Errno Probe(string path, int type)
    {
        // The call does not wait: a full queue means that a process has the socket.
        using var socket = new LocalSocket(
            Made(Libc.Socket(Libc.FamilyUnix, type | Libc.SocketCloseOnExec | Libc.SocketNonBlocking, 0), "socket(AF_UNIX)"));
        var address = AddressOf(path) ?? [];
        fixed (byte* start = address) return Libc.ErrnoOf(Libc.Connect(socket, start, (uint)address.Length));
    }
}
