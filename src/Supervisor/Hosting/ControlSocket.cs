using System.Net.Sockets;
using Reuseportd.Linux;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>The control socket: its path, and who may use it.</summary>
internal sealed class ControlSocket : IDisposable
{
    private const string SystemSocket = "/run/reuseportd/control.sock";

    /// <summary>Members may use the socket, where there is such a group.</summary>
    private const string Group = "reuseportd";

    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _path;

    private ControlSocket(string path)
    {
        _path = path;
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        Restrict(path);
    }

    public static string PathOf(string? given, Func<string, string?> variable)
    {
        if (given is not null) return Path.GetFullPath(given);
        if (Users.IsRoot) return SystemSocket;
        return variable("XDG_RUNTIME_DIR") is { Length: > 0 } runtime
            ? Path.Combine(runtime, "reuseportd/control.sock")
            : Path.Combine(Path.GetTempPath(), $"reuseportd-{Users.EffectiveUser}", "control.sock");
    }

    /// <summary>Makes the socket, and its directory; takes one away that nobody listens on any more.</summary>
    /// <param name="obstacle">What stands in the way.</param>
    public static ControlSocket? TryOpen(string path, out string? obstacle)
    {
        obstacle = Prepare(path);
        if (obstacle is not null) return null;
        try
        {
            return new ControlSocket(path);
        }
        catch (Exception failure) when (failure is SocketException or IOException or UnauthorizedAccessException)
        {
            obstacle = Obstacle(path, failure);
            return null;
        }
    }

    /// <summary>The number of the bound socket; whoever listens on it owns it.</summary>
    public ulong Handle => (ulong)_socket.Handle;

    public void Dispose()
    {
        _socket.Dispose();
        File.Delete(_path);
    }

    private static string? Prepare(string path)
    {
        const int longest = 107; // sun_path of unix(7), less its NUL
        if (System.Text.Encoding.UTF8.GetByteCount(path) > longest) return $"the control socket's path is longer than {longest} bytes: {path}";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!, ReadableDirectory);
            if (!Path.Exists(path)) return null;
            if (Answers(path)) return $"another reuseportd is running: it answers on {path}";
            File.Delete(path);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Obstacle(path, failure);
        }
    }

    /// <summary>By errno: the framework's own texts are not in the binary.</summary>
    private static string Obstacle(string path, Exception failure)
    {
        var errno = failure switch
        {
            SocketException { NativeErrorCode: var native } => new Errno(native),
            UnauthorizedAccessException => Errno.AccessDenied,
            FileNotFoundException or DirectoryNotFoundException => Errno.NotFound,
            _ => new Errno(failure.HResult),
        };
        return $"the control socket {path} cannot be made: {errno}";
    }

    /// <summary>Mode 0660, and the group where it exists; before anybody can connect, since nothing listens yet.</summary>
    private static void Restrict(string path)
    {
        if (Users.IsRoot && Users.GroupNumber(Group, out _) is { } group) SystemPath.ChangeGroup(path, group);
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);
    }

    private static UnixFileMode ReadableDirectory => Users.IsRoot
        ? UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
          | UnixFileMode.OtherRead | UnixFileMode.OtherExecute
        : UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private static bool Answers(string path)
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
