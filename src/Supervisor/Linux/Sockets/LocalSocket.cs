using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>
/// A stream socket with a path, unix(7). Its own and not the framework's, which at its end takes away whatever lies at the
/// path by then.
/// </summary>
internal sealed unsafe class LocalSocket : Descriptor
{
    private const int PathMost = 108; // sun_path of unix(7), with its NUL

    private LocalSocket(int number)
        : base(number)
    {
    }

    /// <summary>The longest path, in bytes of UTF-8.</summary>
    public static int LongestPath => PathMost - 1;

    /// <summary>A socket that is bound there, and on which nobody listens yet.</summary>
    public static LocalSocket? TryBind(string path, out Errno errno)
    {
        var socket = new LocalSocket(
            Made(Libc.Socket(Libc.FamilyUnix, Libc.SocketStream | Libc.SocketCloseOnExec | Libc.SocketNonBlocking, 0), "socket(AF_UNIX)"));
        var address = AddressOf(path) ?? [];
        fixed (byte* start = address) errno = Libc.ErrnoOf(Libc.Bind(socket, start, (uint)address.Length));
        if (errno == Errno.None) return socket;
        socket.Dispose();
        return null;
    }

    /// <summary>
    /// What has been sent to the socket can still be read, and then its end; what is sent from here on fails with EPIPE
    /// (shutdown(2), SHUT_RD), and who connects to one that listens gets ECONNREFUSED. It can be sent from. To one that is closed
    /// nothing happens.
    /// </summary>
    public static void EndReceiving(SafeHandle socket)
    {
        try
        {
            _ = Libc.Shutdown(socket, Libc.ShutdownRead);
        }
        catch (ObjectDisposedException)
        {
            // By another thread, meanwhile.
        }
    }

    /// <summary>Whether anything can be read; nothing is.</summary>
    /// <param name="isOver">Nothing will ever be.</param>
    public static bool HasInput(SafeHandle socket, out bool isOver)
    {
        byte first;
        var got = Libc.Receive(socket, &first, 1, Libc.ReceivePeek | Libc.WithoutWait);
        isOver = got == 0 || got < 0 && Libc.LastErrno is var errno && errno != Errno.Again && errno != Errno.Interrupted;
        return got > 0;
    }

    /// <returns>False where not all of it found room, or the other end has gone.</returns>
    public static bool TrySend(SafeHandle socket, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
            return Libc.SendTo(socket, start, (nuint)data.Length, Libc.SendNoSignal | Libc.WithoutWait, null, 0) == data.Length;
    }

    /// <summary>Clients can connect from here on; as many as the system allows (net.core.somaxconn) before they are accepted.</summary>
    /// <exception cref="LinuxException">Refused.</exception>
    public void Listen() => Made(Libc.Listen(this, int.MaxValue), "listen");

    /// <summary>The next client's socket, which does not block and is closed on exec. Does not wait.</summary>
    /// <param name="errno">EAGAIN: nobody has come. See accept(2).</param>
    public SafeSocketHandle? TryAccept(out Errno errno)
    {
        var made = Libc.Accept(this, null, null, Libc.SocketCloseOnExec | Libc.SocketNonBlocking);
        errno = Libc.ErrnoOf(made);
        return made < 0 ? null : new SafeSocketHandle(made, ownsHandle: true);
    }

    /// <summary>Connects and hangs up.</summary>
    /// <returns>None or EAGAIN where somebody listens; ECONNREFUSED where nobody has the socket any more.</returns>
    public static Errno Probe(string path) => Probe(path, Libc.SocketStream);

    /// <summary>The same for a socket of datagrams; nothing is sent.</summary>
    public static Errno ProbeDatagrams(string path) => Probe(path, Libc.SocketDatagram);

    /// <summary><c>struct sockaddr_un</c>; null where the path does not fit.</summary>
    public static byte[]? AddressOf(string path)
    {
        var name = Encoding.UTF8.GetBytes(path);
        return name.Length < PathMost ? [Libc.FamilyUnix, 0, .. name, 0] : null;
    }

    private static Errno Probe(string path, int type)
    {
        // It does not wait: where a queue of connections is full, somebody has it.
        using var socket = new LocalSocket(
            Made(Libc.Socket(Libc.FamilyUnix, type | Libc.SocketCloseOnExec | Libc.SocketNonBlocking, 0), "socket(AF_UNIX)"));
        var address = AddressOf(path) ?? [];
        fixed (byte* start = address) return Libc.ErrnoOf(Libc.Connect(socket, start, (uint)address.Length));
    }
}
