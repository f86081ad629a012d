using System.Runtime.InteropServices;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>A message of sd_notify(3), as far as the daemon uses it.</summary>
/// <param name="Pid">The sender, verified by the kernel (SCM_CREDENTIALS, unix(7)).</param>
/// <param name="IsReady">True if the message has the line <c>READY=1</c>.</param>
internal readonly record struct Notification(int Pid, bool IsReady);

/// <summary>
/// The daemon's end of a <c>NOTIFY_SOCKET</c>: datagrams at a path that only one user may write to. Received descriptors are
/// closed at once, which also answers <c>BARRIER=1</c>. For one thread.
/// </summary>
internal sealed unsafe class NotifySocket : Descriptor
{
    private const int PassCredentials = 16; // SO_PASSCRED
    private const int CredentialsMessage = 2; // SCM_CREDENTIALS
    private const int Longest = 4096;
    private const int MostControl = 1280; // credentials, and SCM_MAX_FD (253) descriptors

    private NotifySocket(int number, string path)
        : base(number) => Path = path;

    public string Path { get; }

    /// <summary>The inode of the path; 0 if there is none.</summary>
    public ulong Entry => FileEntry.At(Path, out _)?.Identity.Inode ?? 0;

    /// <summary>Takes over the socket of an earlier daemon, with the messages that wait in it.</summary>
    public static NotifySocket Adopt(int number, string path) => new(number, path);

    /// <summary>Creates the socket at <paramref name="path"/>, and replaces that of an earlier daemon.</summary>
    /// <param name="owner">The user that may send to the socket, besides root; null for the daemon's user.</param>
    public static NotifySocket? TryOpen(string path, Identity? owner, out Errno errno)
    {
        var number = Libc.Socket(Libc.FamilyUnix, Libc.SocketDatagram | Libc.SocketCloseOnExec | Libc.SocketNonBlocking, 0);
        errno = Libc.ErrnoOf(number);
        if (number < 0) return null;
        var socket = new NotifySocket(number, path);
        errno = socket.Open(owner);
        if (errno == Errno.None) return socket;
        socket.Dispose();
        return null;
    }

    /// <summary>Receives the next datagram.</summary>
    /// <returns>False if none waits.</returns>
    public bool TryReceive(out Notification notification)
    {
        notification = default;
        var text = stackalloc byte[Longest];
        var control = stackalloc ulong[MostControl / sizeof(ulong)];
        while (true)
        {
            var part = new Libc.Bytes { Start = text, Length = Longest };
            var message = new Libc.Message { Parts = &part, PartCount = 1, Control = control, ControlSize = MostControl };
            var received = IoResult.FromCall(Libc.ReceiveMessage(this, &message, Libc.ReceiveCloseOnExec));
            if (received.Errno == Errno.Interrupted) continue;
            if (received.Errno != Errno.None) return false;
            var pid = TakeControl(new ReadOnlySpan<byte>(control, (int)message.ControlSize));
            notification = new Notification(pid, IsReady(new ReadOnlySpan<byte>(text, received.Count)));
            return true;
        }
    }

    /// <summary>Removes the path.</summary>
    public void Remove() => FileEntry.Unlink(Path);

    private Errno Open(Identity? owner)
    {
        if (LocalSocket.AddressOf(Path) is not { } address) return Errno.OutOfRange;
        var on = 1;
        if (Libc.SetSocketOption(this, Libc.LevelSocket, PassCredentials, &on, sizeof(int)) < 0) return Libc.LastErrno;
        _ = FileEntry.Unlink(Path);
        // No other user may send at any time: bind(2) creates the path with the descriptor's mode.
        if (Libc.ChangeMode(this, 0x180 /* 0600 */) < 0) return Libc.LastErrno;
        fixed (byte* start = address)
            if (Libc.Bind(this, start, (uint)address.Length) < 0) return Libc.LastErrno;
        if (owner is null) return Errno.None;
        return SystemPath.ChangeOwner(Path, owner);
    }

    /// <returns>The sender's pid; 0 without credentials.</returns>
    private static int TakeControl(ReadOnlySpan<byte> control)
    {
        var pid = 0;
        while (control.Length >= 16)
        {
            var length = (int)MemoryMarshal.Read<ulong>(control);
            if (length < 16 || length > control.Length) break;
            var body = control[16..length];
            if (MemoryMarshal.Read<int>(control[8..]) == Libc.LevelSocket)
            {
                var type = MemoryMarshal.Read<int>(control[12..]);
                if (type == CredentialsMessage && body.Length >= 12) pid = MemoryMarshal.Read<int>(body);
                else if (type == Libc.RightsMessage)
                    foreach (var descriptor in MemoryMarshal.Cast<byte, int>(body)) _ = Libc.Close(descriptor);
            }

            control = control[Math.Min(length + 7 & ~7, control.Length)..];
        }

        return pid;
    }

    private static bool IsReady(ReadOnlySpan<byte> text)
    {
        foreach (var line in text.Split((byte)'\n'))
            if (text[line].SequenceEqual("READY=1"u8)) return true;
        return false;
    }
}
