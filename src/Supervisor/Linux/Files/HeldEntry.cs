using System.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>
/// What lay at a path when it was looked at, held by an <c>O_PATH</c> descriptor (open(2)): what is found out of it and done to
/// it concerns the same thing, whatever somebody makes of the path meanwhile. Nothing is opened by it; a socket could not be.
/// </summary>
internal sealed unsafe class HeldEntry : Descriptor
{
    private HeldEntry(int number)
        : base(number)
    {
    }

    /// <summary>A symbolic link is not followed: it is what is held.</summary>
    public static HeldEntry? TryHold(string path, out Errno errno)
    {
        int number;
        fixed (byte* start = Encoding.UTF8.GetBytes(path + '\0'))
            number = Libc.Open(start, Libc.OpenPath | Libc.OpenNoFollow | Libc.OpenCloseOnExec, mode: 0);
        errno = Libc.ErrnoOf(number);
        return errno == Errno.None ? new HeldEntry(number) : null;
    }

    /// <summary>Gives it to a group and leaves its owner.</summary>
    public Errno ChangeGroup(uint group)
    {
        const uint unchanged = uint.MaxValue;
        fixed (byte* empty = "\0"u8) return Libc.ErrnoOf(Libc.ChangeOwnerAt(this, empty, unchanged, group, Libc.AtEmptyPath));
    }

    /// <summary>
    /// Of no symbolic link. By its name in /proc, as fchmod(2) refuses such descriptors, and chmod by descriptor came with Linux
    /// 6.6.
    /// </summary>
    public Errno ChangeMode(UnixFileMode mode)
    {
        fixed (byte* start = Encoding.ASCII.GetBytes($"/proc/self/fd/{Number}\0")) return Libc.ErrnoOf(Libc.ChangeMode(start, (uint)mode));
    }
}
