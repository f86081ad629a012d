using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>
/// An empty file whose lock, flock(2), one process holds; the kernel lets go of it however that process ends. The holder takes
/// the file away before it lets go, so a lock counts only while its file is still the one at the path.
/// </summary>
internal sealed unsafe class LockFile : Descriptor
{
    private readonly string _path;
    private FileIdentity _identity;

    private LockFile(int number, string path)
        : base(number) => _path = path;

    /// <param name="errno">
    /// EAGAIN where another process holds it; EEXIST where what lies there is no lock; else of open(2).
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

    /// <returns>Whether it is held; where not and without an error, its last holder took it away meanwhile.</returns>
    private bool TryHold(out Errno errno)
    {
        if (FileEntry.Of(this, out errno) is not { } file) return false;
        // Somebody's own file of that name: it would be taken away at the end.
        if (!file.Facts.IsRegularFile || file.Size > 0) errno = Errno.Exists;
        if (errno == Errno.None) errno = Libc.ErrnoOf(Libc.Lock(this, Libc.LockExclusive | Libc.LockWithoutWaiting));
        if (errno != Errno.None || FileEntry.At(_path, out _)?.Identity != file.Identity) return false;
        _identity = file.Identity;
        return true;
    }
}
