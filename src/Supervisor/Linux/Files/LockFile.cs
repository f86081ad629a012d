using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>
/// An empty file with a lock (flock(2)) that one process holds; the kernel releases it when that process ends. The holder removes
/// the file before it releases the lock. So a lock counts only while its file is still at the path.
/// </summary>
internal sealed unsafe class LockFile : Descriptor
{
    private readonly string _path;
    private FileIdentity _identity;

    private LockFile(int number, string path)
        : base(number) => _path = path;

    /// <param name="errno">
    /// EAGAIN if another process holds the lock; EEXIST if the path names a file that is not a lock; else an error of open(2).
    /// </param>
    public static LockFile? TryTake(string path, out Errno errno)
    {
        while (true)
        {
            var held = TryOpen(path, out errno);
            if (held is null) return null;
            if (held.TryHold(out errno)) return held;
            held.Dispose();
            if (errno != Errno.None) return null;
        }
    }

    /// <summary>The lock that an earlier program of this process has taken.</summary>
    public static LockFile Resume(string path, int number)
    {
        var held = new LockFile(number, path);
        if (FileEntry.Read(held, out _) is { } file) held._identity = file.Identity;
        return held;
    }

    protected override bool ReleaseHandle()
    {
        if (_identity != default) FileEntry.Unlink(_path, _identity);
        return base.ReleaseHandle();
    }

    private static LockFile? TryOpen(string path, out Errno errno)
    {
        const int ownerOnly = 0x180; // 0600
        int number;
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0'))
            number = Libc.Open(start, Libc.OpenReadWrite | Libc.OpenCreate | Libc.OpenNoFollow | Libc.OpenCloseOnExec, ownerOnly);
        errno = Libc.ErrnoOf(number);
        return errno == Errno.None ? new LockFile(number, path) : null;
    }

    /// <returns>True if the lock is held. False without an error: the last holder removed the file meanwhile.</returns>
    private bool TryHold(out Errno errno)
    {
        if (FileEntry.Read(this, out errno) is not { } file) return false;
        // A file of another program with this name: the lock would remove it at the end.
        if (!file.Facts.IsRegularFile || file.Size > 0) errno = Errno.Exists;
        if (errno == Errno.None) errno = Libc.ErrnoOf(Libc.Lock(this, Libc.LockExclusive | Libc.LockWithoutWaiting));
        if (errno != Errno.None || FileEntry.At(_path, out _)?.Identity != file.Identity) return false;
        _identity = file.Identity;
        return true;
    }
}
