using System.Net.Sockets;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>The owner group and the mode of a socket's path. The kernel checks both when a client connects.</summary>
/// <param name="Group">Null: the group of the daemon.</param>
internal sealed record SocketAccess(uint? Group, string? GroupName, UnixFileMode Mode)
{
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Mode 0660.</summary>
    public const UnixFileMode Members = Owner | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Mode 0666: the program has to check its clients itself.</summary>
    public const UnixFileMode All = Members | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
}

/// <summary>The reason why a socket cannot be made.</summary>
internal sealed record SocketObstacle(string Text, Errno Errno);

/// <summary>
/// A socket of the daemon at a path. The daemon holds a lock beside it while it runs. Without the lock, a second daemon would
/// take a socket that is bound and not yet listening for a stale one.
/// </summary>
internal sealed class SocketFile : IListener
{
    private readonly string _path;
    private readonly LockFile _held;
    private readonly FileIdentity _identity;

    private SocketFile(string path, LockFile held, LocalSocket socket, FileIdentity identity) =>
        (_path, _held, Socket, _identity) = (path, held, socket, identity);

    public LocalSocket Socket { get; }

    /// <summary>The descriptors of the socket and of its lock.</summary>
    public (int Listener, int LockFile) Numbers => (Socket.Number, _held.Number);

    Descriptor IListener.Descriptor => Socket;

    /// <summary>Binds a socket, which does not listen yet; replaces a stale socket.</summary>
    /// <param name="what">Names the socket in messages: "the control socket".</param>
    /// <param name="obstacle">The reason why the daemon cannot have the socket; null on success.</param>
    public static SocketFile? TryOpen(string path, string what, SocketAccess access, out SocketObstacle? obstacle)
    {
        var held = LockFile.TryTake($"{path}.lock", out var errno);
        if (held is null)
        {
            obstacle = errno == Errno.Again
                ? new($"another reuseportd is running: it holds {path}.lock", Errno.AlreadyInUse)
                : new(
                    errno == Errno.Exists
                        ? $"{path}.lock exists and is not a lock file of reuseportd; remove or rename that file"
                        : $"the lock of {what}, {path}.lock, cannot be taken: {errno}",
                    errno);
            return null;
        }

        obstacle = Occupant(path, what);
        var opened = obstacle is null ? TryBind(path, what, held, access, out obstacle) : null;
        if (opened is null) held.Dispose();
        return opened;
    }

    /// <summary>The socket that an earlier program or daemon has made.</summary>
    /// <param name="numbers">See <see cref="Numbers"/>. They are closed if the result is null.</param>
    /// <param name="obstacle">Null if nothing of the earlier socket is at the path: another one can be made.</param>
    public static SocketFile? Resume(
        string path, string what, (int Listener, int LockFile) numbers, SocketAccess access, out SocketObstacle? obstacle)
    {
        obstacle = null;
        var socket = LocalSocket.Resume(numbers.Listener);
        using var entry = HeldEntry.TryHold(path, out _);
        if (socket.BoundPath() == path && entry is not null && FileEntry.Read(entry, out _) is { Facts.IsSocket: true } made)
        {
            obstacle = Restrict(path, what, entry, access);
            if (obstacle is null)
                return new SocketFile(path, LockFile.Resume($"{path}.lock", numbers.LockFile), socket, made.Identity);
        }

        // Removes the file of the lock, too: a guard may share the descriptor, so that the lock itself does not end here.
        LockFile.Resume($"{path}.lock", numbers.LockFile).Dispose();
        socket.Dispose();
        return null;
    }

    public SafeSocketHandle? TryAccept(out Errno errno) => Socket.TryAccept(out errno);

    /// <summary>Removes the path if it still names this socket.</summary>
    public void Dispose()
    {
        FileEntry.Unlink(_path, _identity);
        Socket.Dispose();
        _held.Dispose();
    }

    /// <summary>The reason why the path is in use. Removes a socket that no process listens on.</summary>
    private static SocketObstacle? Occupant(string path, string what)
    {
        if (FileEntry.At(path, out var errno) is not { } entry)
            return errno == Errno.NotFound ? null : Obstacle(path, what, errno);
        if (!entry.Facts.IsSocket)
            return new($"{path} exists and is not a socket; remove or rename that file", Errno.Exists);
        errno = LocalSocket.Probe(path);
        if (errno == Errno.None || errno == Errno.Again)
            return new($"another program is running: it answers on {path}", Errno.AlreadyInUse);
        if (errno == Errno.ConnectionRefused) errno = FileEntry.Unlink(path);
        return errno == Errno.None || errno == Errno.NotFound ? null : Obstacle(path, what, errno);
    }

    private static SocketFile? TryBind(
        string path, string what, LockFile held, SocketAccess access, out SocketObstacle? obstacle)
    {
        var socket = LocalSocket.TryBind(path, out var errno);
        obstacle = socket is null ? Obstacle(path, what, errno) : null;
        if (socket is null) return null;

        using var entry = HeldEntry.TryHold(path, out errno);
        if (entry is not null && FileEntry.Read(entry, out errno) is { } made)
        {
            obstacle = IsOurs(made.Facts)
                ? Restrict(path, what, entry, access)
                : new($"another process replaced {path} while the daemon made its socket; start the daemon again", Errno.Exists);
            if (obstacle is null) return new SocketFile(path, held, socket, made.Identity);
            if (IsOurs(made.Facts)) FileEntry.Unlink(path, made.Identity);
        }
        else
        {
            obstacle = Obstacle(path, what, errno);
        }

        socket.Dispose();
        return null;
    }

    /// <summary>In a folder of another user, that user may have replaced the socket since the bind.</summary>
    private static bool IsOurs(PathFacts made) => made.IsSocket && made.Uid == UserDatabase.EffectiveUser;

    /// <summary>Sets the group and the mode before the socket listens.</summary>
    private static SocketObstacle? Restrict(string path, string what, HeldEntry entry, SocketAccess access)
    {
        if (access.Group is { } group && entry.ChangeGroup(group) is var refused && refused != Errno.None)
            return new($"{what} {path} cannot be given to the group '{access.GroupName}': {refused}", refused);
        var errno = entry.ChangeMode(access.Mode);
        return errno == Errno.None ? null : Obstacle(path, what, errno);
    }

    private static SocketObstacle Obstacle(string path, string what, Errno errno) =>
        new($"{what} {path} cannot be made: {errno}", errno);
}
