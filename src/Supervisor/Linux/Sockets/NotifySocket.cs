using System.Runtime.InteropServices;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>A message of sd_notify(3), as far as the daemon uses it.</summary>
/// <param name="Pid">The sender, verified by the kernel (SCM_CREDENTIALS, unix(7)).</param>
/// <param name="IsReady">True if the message has the line <c>READY=1</c>.</param>
/// <param name="HasDescriptors">True if the message carries open files (SCM_RIGHTS).</param>
internal readonly record struct Notification(int Pid, bool IsReady, bool HasDescriptors);

/// <summary>
/// The daemon's end of a <c>NOTIFY_SOCKET</c>: datagrams at a path that only one user may write to. The kernel closes the open
/// files of a datagram when it is taken, which also answers <c>BARRIER=1</c>. The sender may have closed them before. The last
/// close of a file can wait for as long as its owner likes: SO_LINGER of socket(7), flush of a FUSE file. So reading and taking
/// are two calls, and those that close files are for another thread than the loop's.
/// </summary>
internal sealed unsafe class NotifySocket : Descriptor
{
    private const int PassCredentials = 16; // SO_PASSCRED
    private const int CredentialsMessage = 2; // SCM_CREDENTIALS
    private const int Longest = 4096;
    private const int CredentialsSize = 32; // CMSG_SPACE(sizeof(struct ucred))

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

    /// <summary>Reads the next datagram and leaves it in the queue. Closes no file.</summary>
    /// <returns>False if none waits.</returns>
    public bool TryPeek(out Notification notification)
    {
        var text = stackalloc byte[Longest];
        var control = stackalloc ulong[CredentialsSize / sizeof(ulong)];
        var part = new Libc.Bytes { Start = text, Length = Longest };
        // Without room for descriptors, the kernel opens none, and says so.
        var message = new Libc.Message { Parts = &part, PartCount = 1, Control = control, ControlSize = CredentialsSize };
        var received = Receive(&message, Libc.ReceivePeek);
        notification = default;
        if (received.Errno != Errno.None) return false;
        notification = new Notification(
            SenderOf(new ReadOnlySpan<byte>(control, (int)message.ControlSize)),
            IsReady(new ReadOnlySpan<byte>(text, received.Count)),
            (message.Flags & Libc.ControlTruncated) != 0);
        return true;
    }

    /// <summary>Takes the next datagram out of the queue. Can wait if it has descriptors.</summary>
    public void Take()
    {
        var message = default(Libc.Message);
        _ = Receive(&message, 0);
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

    private IoResult Receive(Libc.Message* message, int flags)
    {
        IoResult received;
        do received = IoResult.FromCall(Libc.ReceiveMessage(this, message, flags | Libc.WithoutWait));
        while (received.Errno == Errno.Interrupted);
        return received;
    }

    /// <param name="control">One <c>struct cmsghdr</c>, cmsg(3).</param>
    /// <returns>The sender's pid; 0 without credentials.</returns>
    private static int SenderOf(ReadOnlySpan<byte> control)
    {
        const int header = 16;
        return control.Length >= header + sizeof(int)
            && MemoryMarshal.Read<int>(control[8..]) == Libc.LevelSocket
            && MemoryMarshal.Read<int>(control[12..]) == CredentialsMessage
                ? MemoryMarshal.Read<int>(control[header..])
                : 0;
    }

    private static bool IsReady(ReadOnlySpan<byte> text)
    {
        foreach (var line in text.Split((byte)'\n'))
            if (text[line].SequenceEqual("READY=1"u8)) return true;
        return false;
    }
}
