using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>The file at a path; symbolic links are not followed.</summary>
/// <param name="Size">In bytes.</param>
internal readonly record struct FileEntry(FileIdentity Identity, PathFacts Facts, ulong Size)
{
    /// <summary>ENOENT if there is no file.</summary>
    public static unsafe FileEntry? At(string path, out Errno errno)
    {
        Libc.FileStatus status;
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0'))
            errno = Libc.ErrnoOf(Libc.Status(Libc.AtCurrentDirectory, start, Libc.AtNoFollow, Libc.StatBasic, &status));
        return errno == Errno.None ? FromStatus(status) : null;
    }

    /// <summary>The entry of an open file.</summary>
    public static unsafe FileEntry? Read(Descriptor file, out Errno errno)
    {
        Libc.FileStatus status;
        fixed (byte* empty = "\0"u8)
            errno = Libc.ErrnoOf(Libc.Status(file.Number, empty, Libc.AtEmptyPath, Libc.StatBasic, &status));
        return errno == Errno.None ? FromStatus(status) : null;
    }

    /// <summary>Removes the path; open descriptors stay valid.</summary>
    public static unsafe Errno Unlink(string path)
    {
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0')) return Libc.ErrnoOf(Libc.Unlink(start));
    }

    /// <summary>Removes the path if it still names this file.</summary>
    public static void Unlink(string path, FileIdentity identity)
    {
        if (At(path, out _)?.Identity == identity) _ = Unlink(path);
    }

    private static FileEntry FromStatus(in Libc.FileStatus status) => new(
        new FileIdentity(status.DeviceMajor, status.DeviceMinor, status.Inode),
        new PathFacts(status.Uid, status.Gid, status.Mode),
        status.Size);
}

/// <summary>Identifies a file independently of its name.</summary>
internal readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode);
