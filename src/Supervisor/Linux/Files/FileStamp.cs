using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>By what a change of a file is seen without reading it. Symbolic links are followed.</summary>
/// <param name="Modified">Of its content, seconds since 1970 and nanoseconds, in the steps of the file system's clock.</param>
/// <param name="Changed">Of its content, owner, mode or number of links; nobody can set it back.</param>
internal readonly record struct FileStamp(
    FileIdentity Identity, ulong Size, (long Seconds, uint Nanoseconds) Modified, (long Seconds, uint Nanoseconds) Changed)
{
    /// <summary>Null where nothing is there, or it may not be looked at.</summary>
    public static unsafe FileStamp? Of(string path)
    {
        Libc.FileStatus status;
        Errno errno;
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0'))
            errno = Libc.ErrnoOf(Libc.Status(Libc.AtCurrentDirectory, start, 0, Libc.StatBasic, &status));
        return errno != Errno.None ? null : new FileStamp(
            new FileIdentity(status.DeviceMajor, status.DeviceMinor, status.Inode),
            status.Size,
            (status.ModifiedSeconds, status.ModifiedNanoseconds),
            (status.ChangedSeconds, status.ChangedNanoseconds));
    }
}
