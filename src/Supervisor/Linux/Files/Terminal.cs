using System.Globalization;
using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Files;

/// <summary>Tells terminals and the journal's stream from other output streams.</summary>
internal static unsafe class Terminal
{
    public static bool Is(int descriptor) => Libc.IsTerminal(descriptor) == 1;

    /// <summary>True if the descriptor is the stream to journald that systemd made.</summary>
    /// <param name="journalStream">
    /// Value of <c>JOURNAL_STREAM</c>, <c>DEVICE:INODE</c> (systemd.exec(5)). A redirection does not change the variable, so it
    /// is compared with the descriptor.
    /// </param>
    public static bool IsJournal(int descriptor, string? journalStream) =>
        Identify(descriptor) is var (device, inode)
        && journalStream == string.Create(CultureInfo.InvariantCulture, $"{device}:{inode}");

    /// <summary><c>st_dev</c> and <c>st_ino</c> of fstat(2); null if the descriptor is closed.</summary>
    private static (ulong Device, ulong Inode)? Identify(int descriptor)
    {
        Libc.FileStatus status;
        byte noPath = 0;
        return Libc.Status(descriptor, &noPath, Libc.AtEmptyPath, Libc.StatBasic, &status) < 0
            ? null
            : (Device(status), status.Inode);
    }

    /// <summary><c>st_dev</c> in the encoding of makedev(3), from the parts of statx(2).</summary>
    private static ulong Device(in Libc.FileStatus status) =>
        (status.DeviceMinor & 0xffUL) | (status.DeviceMajor & 0xfffUL) << 8
        | (status.DeviceMinor & ~0xffUL) << 12 | (status.DeviceMajor & ~0xfffUL) << 32;
}
