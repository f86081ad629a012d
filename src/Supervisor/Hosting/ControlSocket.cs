using Reuseportd.Api.Admission;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Http;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>
/// The control socket: its path and its access rule. The daemon holds a lock beside it while it runs. Without the lock, a second
/// daemon would take a socket that is bound and not yet listening for a stale one.
/// </summary>
internal sealed class ControlSocket : IDisposable
{
    /// <summary>Members of this group may use the socket.</summary>
    private const string Group = "reuseportd";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _path;
    private readonly LockFile _held;
    private readonly LocalSocket _socket;
    private readonly FileIdentity _identity;

    private ControlSocket(string path, LockFile held, LocalSocket socket, FileIdentity identity, AccessRule rule) =>
        (_path, _held, _socket, _identity, Rule) = (path, held, socket, identity, rule);

    public static string PathOf(string? given, Func<string, string?> variable) =>
        given is not null ? Path.GetFullPath(given) : SocketPath.Default(UserDatabase.EffectiveUser, variable);

    /// <summary>Creates the socket, and in the default place its directory; replaces a stale socket.</summary>
    /// <param name="daemon">Its groups may use the socket.</param>
    /// <param name="obstacle">The reason why the daemon cannot have the socket; null on success.</param>
    public static ControlSocket? TryOpen(string path, DaemonSpec daemon, out string? obstacle)
    {
        var rule = RuleOf(daemon, out obstacle);
        if (rule is null) return null;
        obstacle = UnusablePath(path) ?? UnusableDirectory(Path.GetDirectoryName(path)!, path);
        if (obstacle is not null) return null;

        var held = LockFile.TryTake($"{path}.lock", out var errno);
        if (held is null)
        {
            obstacle = errno == Errno.Again
                ? $"another reuseportd is running: it holds {path}.lock"
                : errno == Errno.Exists
                    ? $"{path}.lock exists and is not a lock file of reuseportd; remove or rename that file"
                    : $"the lock of the control socket, {path}.lock, cannot be taken: {errno}";
            return null;
        }

        obstacle = Occupant(path);
        var opened = obstacle is null ? TryBind(path, held, rule, out obstacle) : null;
        if (opened is null) held.Dispose();
        return opened;
    }

    /// <summary>
    /// The socket that an earlier daemon has made. Makes another one if the path has changed, or if nothing is at the path.
    /// </summary>
    /// <param name="listener">See <see cref="Numbers"/>.</param>
    /// <param name="held">See <see cref="Numbers"/>.</param>
    public static ControlSocket? Resume(string path, DaemonSpec daemon, int listener, int held, out string? obstacle)
    {
        var socket = LocalSocket.Resume(listener);
        using var entry = HeldEntry.TryHold(path, out _);
        if (socket.BoundPath() != path || entry is null || FileEntry.Read(entry, out _) is not { Facts.IsSocket: true } made)
        {
            socket.Dispose();
            new Descriptor(held).Dispose();
            return TryOpen(path, daemon, out obstacle);
        }

        var rule = RuleOf(daemon, out obstacle);
        if (rule is not null && (obstacle = Restrict(path, entry, rule)) is null)
            return new ControlSocket(path, LockFile.Resume($"{path}.lock", held), socket, made.Identity, rule);
        socket.Dispose();
        return null;
    }

    /// <summary>The descriptors of the socket and of its lock.</summary>
    public (int Listener, int LockFile) Numbers => (_socket.Number, _held.Number);

    /// <summary>Clients go on to connect after the end of the HTTP server: they wait for the next one.</summary>
    public void KeepListening() => _socket.KeepsListening = true;

    /// <summary>The folder of the sockets for READY=1 of workers.</summary>
    public string NotifyFolder => $"{_path}.notify";

    /// <summary>The end point of the HTTP server.</summary>
    public ControlEndPoint EndPoint(ConnectionGate gate) => new(_socket, _path, gate);

    /// <summary>The access rule. The mode of the socket is the same rule for the kernel.</summary>
    public AccessRule Rule { get; }

    public void Dispose()
    {
        FileEntry.Unlink(_path, _identity);
        _socket.Dispose();
        _held.Dispose();
    }

    private static string? UnusablePath(string path) =>
        System.Text.Encoding.UTF8.GetByteCount(path) > LocalSocket.LongestPath
            ? $"the control socket's path is longer than {LocalSocket.LongestPath} bytes: {path}"
            : null;

    private static string? UnusableDirectory(string directory, string path)
    {
        if (!Directory.Exists(directory))
        {
            // The daemon creates the last directory of the default path only: any other missing directory is probably misspelt.
            if (path != SocketPath.Default(UserDatabase.EffectiveUser, Environment.GetEnvironmentVariable))
                return NoDirectory(directory, path);
            if (!Directory.Exists(Path.GetDirectoryName(directory))) return NoDirectory(Path.GetDirectoryName(directory)!, path);
            try
            {
                Directory.CreateDirectory(directory, UserDatabase.IsRoot ? OpenToAll : OwnerOnly);
            }
            catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
            {
                return Obstacle(path, ErrnoOf(failure));
            }
        }

        // In a folder that every user can write, the directory may be of another user.
        if (directory != SocketPath.SharedPlace(UserDatabase.EffectiveUser)) return null;
        const uint permissions = 0xFFF;
        if (FileEntry.At(directory, out var errno) is not { Facts: var facts }) return Obstacle(path, errno);
        var mode = (UnixFileMode)(facts.Mode & permissions);
        return facts.IsDirectory && facts.Uid == UserDatabase.EffectiveUser && mode == OwnerOnly
            ? null
            : $"{directory} is no directory of this user's alone (owner {facts.Uid}, mode 0{Convert.ToString((int)mode, 8)}): "
              + "remove it, or set XDG_RUNTIME_DIR or --socket";
    }

    /// <summary>The reason why the path is in use. Removes a socket that no process listens on.</summary>
    private static string? Occupant(string path)
    {
        if (FileEntry.At(path, out var errno) is not { } entry) return errno == Errno.NotFound ? null : Obstacle(path, errno);
        if (!entry.Facts.IsSocket) return $"{path} exists and is not a socket; remove or rename that file";
        errno = LocalSocket.Probe(path);
        if (errno == Errno.None || errno == Errno.Again) return $"another program is running: it answers on {path}";
        if (errno == Errno.ConnectionRefused) errno = FileEntry.Unlink(path);
        return errno == Errno.None || errno == Errno.NotFound ? null : Obstacle(path, errno);
    }

    private static ControlSocket? TryBind(string path, LockFile held, AccessRule rule, out string? obstacle)
    {
        var socket = LocalSocket.TryBind(path, out var errno);
        obstacle = socket is null ? Obstacle(path, errno) : null;
        if (socket is null) return null;

        using var entry = HeldEntry.TryHold(path, out errno);
        if (entry is not null && FileEntry.Read(entry, out errno) is { } made)
        {
            obstacle = IsOurs(made.Facts)
                ? Restrict(path, entry, rule)
                : $"another process replaced {path} while the daemon made its socket; start the daemon again";
            if (obstacle is null) return new ControlSocket(path, held, socket, made.Identity, rule);
            if (IsOurs(made.Facts)) FileEntry.Unlink(path, made.Identity);
        }
        else
        {
            obstacle = Obstacle(path, errno);
        }

        socket.Dispose();
        return null;
    }

    /// <summary>In a folder of another user, that user may have replaced the socket since the bind.</summary>
    private static bool IsOurs(PathFacts made) => made.IsSocket && made.Uid == UserDatabase.EffectiveUser;

    private static string NoDirectory(string directory, string path) =>
        $"the control socket {path} cannot be made: directory {directory} does not exist";

    private static string Obstacle(string path, Errno errno) => $"the control socket {path} cannot be made: {errno}";

    /// <summary>The binary does not have the framework's error texts.</summary>
    private static Errno ErrnoOf(Exception failure) => failure switch
    {
        UnauthorizedAccessException => Errno.AccessDenied,
        FileNotFoundException or DirectoryNotFoundException => Errno.NotFound,
        _ => new Errno(failure.HResult),
    };

    /// <summary>
    /// Sets mode 0660 and the group before the socket listens. A file has one group, so with a read-only group the mode admits
    /// all users, and the daemon tells them apart by SO_PEERCRED.
    /// </summary>
    /// <returns>The reason of a failure; null on success.</returns>
    private static string? Restrict(string path, HeldEntry entry, AccessRule rule)
    {
        if (rule.Group is { } group && entry.ChangeGroup(group) is var refused && refused != Errno.None)
            return $"the control socket {path} cannot be given to the group '{rule.GroupName}': {refused}";
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        const UnixFileMode members = owner | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;
        const UnixFileMode all = members | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        var errno = entry.ChangeMode(rule.ReadGroup is null ? members : all);
        return errno == Errno.None ? null : Obstacle(path, errno);
    }

    /// <summary>Only root's daemon has groups.</summary>
    /// <param name="obstacle">A configured group that does not exist; null for none.</param>
    public static AccessRule? RuleOf(DaemonSpec daemon, out string? obstacle)
    {
        obstacle = null;
        if (!UserDatabase.IsRoot) return new AccessRule(UserDatabase.EffectiveUser, Group: null, ReadGroup: null);
        var group = UserDatabase.GroupNumber(daemon.SocketGroup ?? Group, out _);
        var readers = daemon.SocketReadOnlyGroup is { } name ? UserDatabase.GroupNumber(name, out _) : null;
        if (group is null && daemon.SocketGroup is not null)
            obstacle = $"socket_group: there is no group '{daemon.SocketGroup}'";
        else if (readers is null && daemon.SocketReadOnlyGroup is not null)
            obstacle = $"socket_read_only_group: there is no group '{daemon.SocketReadOnlyGroup}'";
        if (obstacle is not null) return null;
        return new AccessRule(UserDatabase.EffectiveUser, group, readers)
        {
            GroupName = daemon.SocketGroup ?? Group, ReadGroupName = daemon.SocketReadOnlyGroup,
        };
    }

    private const UnixFileMode OpenToAll =
        OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;
}
