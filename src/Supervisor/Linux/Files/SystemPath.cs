using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>Owner and mode of a path.</summary>
/// <param name="Mode">Type and permission bits of inode(7).</param>
internal readonly record struct PathFacts(uint Uid, uint Gid, uint Mode)
{
    public const uint SetUid = 0x800; // 04000
    public const uint SetGid = 0x400; // 02000
    public const uint GroupExecute = 0x8; // 010

    public const uint Read = 4;
    public const uint Execute = 1;

    /// <summary>From the type bits of inode(7).</summary>
    public bool IsRegularFile => Mode >> 12 == 8;

    public bool IsDirectory => Mode >> 12 == 4;

    public bool IsSocket => Mode >> 12 == 12;

    /// <summary>True if the permission bits allow the access; access control lists are ignored.</summary>
    public bool Allows(Identity identity, uint permission)
    {
        if (identity.Uid == 0) return true;
        var shift = identity.Uid == Uid ? 6 : identity.Gid == Gid || identity.Groups.Contains(Gid) ? 3 : 0;
        return (Mode >> shift & permission) == permission;
    }
}

/// <summary>Queries about paths that .NET does not offer.</summary>
internal static unsafe class SystemPath
{
    public static PathFacts? Status(string path, out Errno errno)
    {
        Libc.FileStatus status;
        fixed (byte* start = Terminated(path))
            errno = Libc.ErrnoOf(Libc.Status(Libc.AtCurrentDirectory, start, 0, Libc.StatBasic, &status));
        return errno == Errno.None ? new PathFacts(status.Uid, status.Gid, status.Mode) : null;
    }

    /// <summary>True if the execution of the file adds capabilities (capabilities(7)).</summary>
    public static bool HasFileCapabilities(string path)
    {
        fixed (byte* start = Terminated(path), name = "security.capability\0"u8)
            return Libc.GetAttribute(start, name, null, 0) > 0;
    }

    /// <summary>Mount flags of the path (<c>ST_</c> of statvfs(3)); 0 on failure.</summary>
    public static ulong MountFlags(string path)
    {
        Libc.MountFacts facts = default;
        fixed (byte* start = Terminated(path)) _ = Libc.MountStatus(start, &facts);
        return facts.Flags;
    }

    /// <summary>
    /// The first directory of an absolute path that the user may not enter, or the path itself if the user may not read it.
    /// </summary>
    public static string? Barrier(string path, Identity identity, out Errno errno)
    {
        for (var at = path.IndexOf('/', 1); at > 0; at = path.IndexOf('/', at + 1))
            if (!Allows(path[..at], identity, PathFacts.Execute, out errno)) return path[..at];
        return Allows(path, identity, PathFacts.Read, out errno) ? null : path;
    }

    /// <summary>
    /// The first directory above an absolute path that the user may not enter. Null if there is none or it cannot be examined.
    /// </summary>
    public static string? ClosedDirectory(string path, Identity identity)
    {
        for (var at = path.IndexOf('/', 1); at > 0; at = path.IndexOf('/', at + 1))
            if (Status(path[..at], out _) is { IsDirectory: true } facts && !facts.Allows(identity, PathFacts.Execute))
                return path[..at];
        return null;
    }

    public static Errno ChangeOwner(string path, Identity owner)
    {
        fixed (byte* start = Terminated(path)) return Libc.ErrnoOf(Libc.ChangeOwner(start, owner.Uid, owner.Gid));
    }

    private static bool Allows(string path, Identity identity, uint permission, out Errno errno)
    {
        var facts = Status(path, out errno);
        if (facts is null) return false;
        errno = facts.Value.Allows(identity, permission) ? Errno.None : Errno.AccessDenied;
        return errno == Errno.None;
    }

    private static byte[] Terminated(string path) => Encoding.UTF8.GetBytes(path + '\0');
}
