using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>Shows whether a file has changed, without reading it. Symbolic links are followed.</summary>
/// <param name="Modified">Time of the last change of the content: seconds since 1970 and nanoseconds, in the file system's
/// resolution.</param>
/// <param name="Changed">Time of the last change of content, owner, mode or number of links; it cannot be set back.</param>
internal readonly record struct FileStamp(
    FileIdentity Identity, ulong Size, (long Seconds, uint Nanoseconds) Modified, (long Seconds, uint Nanoseconds) Changed)
{
    /// <summary>Null if there is no file, or access is denied.</summary>
    public static unsafe FileStamp? Read(string path)
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
