using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>
/// Holds the file at a path by an <c>O_PATH</c> descriptor (open(2)). Checks and changes apply to the same file, even if the path
/// is replaced meanwhile. The file itself is not opened; a socket could not be.
/// </summary>
internal sealed unsafe class HeldEntry : Descriptor
{
    private HeldEntry(int number)
        : base(number)
    {
    }

    /// <summary>A symbolic link is held itself, not followed.</summary>
    public static HeldEntry? TryHold(string path, out Errno errno)
    {
        int number;
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0'))
            number = Libc.Open(start, Libc.OpenPath | Libc.OpenNoFollow | Libc.OpenCloseOnExec, mode: 0);
        errno = Libc.ErrnoOf(number);
        return errno == Errno.None ? new HeldEntry(number) : null;
    }

    /// <summary>Sets the group, and keeps the owner.</summary>
    public Errno ChangeGroup(uint group)
    {
        const uint unchanged = uint.MaxValue;
        fixed (byte* empty = "\0"u8) return Libc.ErrnoOf(Libc.ChangeOwnerAt(this, empty, unchanged, group, Libc.AtEmptyPath));
    }

    /// <summary>
    /// Sets the mode; not for symbolic links. The call goes through /proc/self/fd: fchmod(2) refuses O_PATH descriptors, and
    /// fchmodat2(2) needs Linux 6.6.
    /// </summary>
    public Errno ChangeMode(UnixFileMode mode)
    {
        fixed (byte* start = Encoding.ASCII.GetBytes($"/proc/self/fd/{Number}\0"))
            return Libc.ErrnoOf(Libc.ChangeMode(start, (uint)mode));
    }
}
