using Reuseportd.Api.Admission;
using Reuseportd.Api.Contract;
using Reuseportd.Api.Http;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>The control socket: its path and its access rule.</summary>
internal sealed class ControlSocket : IDisposable
{
    /// <summary>Members of this group may use the socket.</summary>
    private const string Group = "reuseportd";

    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private const string What = "the control socket";

    private readonly string _path;
    private readonly SocketFile _file;

    private ControlSocket(string path, SocketFile file, AccessRule rule) => (_path, _file, Rule) = (path, file, rule);

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

        var file = SocketFile.TryOpen(path, What, AccessOf(rule), out var failed);
        obstacle = failed?.Text;
        return file is null ? null : new ControlSocket(path, file, rule);
    }

    /// <summary>
    /// The socket that an earlier daemon has made. Makes another one if the path has changed, or if nothing is at the path.
    /// </summary>
    /// <param name="listener">See <see cref="Numbers"/>.</param>
    /// <param name="held">See <see cref="Numbers"/>.</param>
    public static ControlSocket? Resume(string path, DaemonSpec daemon, int listener, int held, out string? obstacle)
    {
        var rule = RuleOf(daemon, out obstacle);
        if (rule is null) return null;
        var file = SocketFile.Resume(path, What, (listener, held), AccessOf(rule), out var failed);
        obstacle = failed?.Text;
        if (file is not null) return new ControlSocket(path, file, rule);
        return failed is null ? TryOpen(path, daemon, out obstacle) : null;
    }

    /// <summary>The descriptors of the socket and of its lock.</summary>
    public (int Listener, int LockFile) Numbers => _file.Numbers;

    /// <summary>Clients go on to connect after the end of the HTTP server: they wait for the next one.</summary>
    public void KeepListening() => _file.Socket.KeepsListening = true;

    /// <summary>The folder of the sockets for READY=1 of workers.</summary>
    public string NotifyFolder => $"{_path}.notify";

    /// <summary>The end point of the HTTP server.</summary>
    public ControlEndPoint EndPoint(ConnectionGate gate) => new(_file.Socket, _path, gate);

    /// <summary>The access rule. The mode of the socket is the same rule for the kernel.</summary>
    public AccessRule Rule { get; }

    /// <summary>
    /// The access to sockets that only read: the group may read here, too. The mode admits no other user, as those sockets do not
    /// ask for the user of a client.
    /// </summary>
    public SocketAccess ReadAccess => Rule.ReadGroup is { } readers
        ? new SocketAccess(readers, Rule.ReadGroupName, SocketAccess.Members)
        : new SocketAccess(Rule.Group, Rule.GroupName, SocketAccess.Members);

    public void Dispose() => _file.Dispose();

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
    /// A file has one group, so with a read-only group the mode admits all users, and the daemon tells them apart by SO_PEERCRED.
    /// </summary>
    private static SocketAccess AccessOf(AccessRule rule) => new(
        rule.Group, rule.GroupName, rule.ReadGroup is null ? SocketAccess.Members : SocketAccess.All);

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
