using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>What lies at a path itself, a symbolic link not followed.</summary>
/// <param name="Size">In bytes.</param>
internal readonly record struct FileEntry(FileIdentity Identity, PathFacts Facts, ulong Size)
{
    /// <summary>ENOENT where nothing lies there.</summary>
    public static unsafe FileEntry? At(string path, out Errno errno)
    {
        Libc.FileStatus status;
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0'))
            errno = Libc.ErrnoOf(Libc.Status(Libc.AtCurrentDirectory, start, Libc.AtNoFollow, Libc.StatBasic, &status));
        return errno == Errno.None ? Of(status) : null;
    }

    /// <summary>Of a file that is open.</summary>
    public static unsafe FileEntry? Of(Descriptor file, out Errno errno)
    {
        Libc.FileStatus status;
        fixed (byte* empty = "\0"u8)
            errno = Libc.ErrnoOf(Libc.Status(file.Number, empty, Libc.AtEmptyPath, Libc.StatBasic, &status));
        return errno == Errno.None ? Of(status) : null;
    }

    /// <summary>Takes the path away; what is open stays.</summary>
    public static unsafe Errno Unlink(string path)
    {
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0')) return Libc.ErrnoOf(Libc.Unlink(start));
    }

    /// <summary>Takes the path away where this very file lies there.</summary>
    public static void Unlink(string path, FileIdentity identity)
    {
        if (At(path, out _)?.Identity == identity) _ = Unlink(path);
    }

    private static FileEntry Of(in Libc.FileStatus status) => new(
        new FileIdentity(status.DeviceMajor, status.DeviceMinor, status.Inode),
        new PathFacts(status.Uid, status.Gid, status.Mode),
        status.Size);
}

/// <summary>Which file it is, whatever it is called.</summary>
internal readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode);
