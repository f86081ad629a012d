using System.Runtime.InteropServices;
using System.Text;

namespace Reuseportd.Control.Connection;

/// <summary>The group of a control socket, from its file.</summary>
internal static unsafe partial class SocketGroup
{
    private const int AtCurrentDirectory = -100; // AT_FDCWD
    private const uint Gid = 0x10; // STATX_GID
    private const int StatusSize = 256; // struct statx, the same on every architecture
    private const int GidOffset = 24;

    /// <returns>Null if the file cannot be read, or if its group is root's, so that no group has access.</returns>
    public static string? NameOf(string path)
    {
        var status = stackalloc byte[StatusSize];
        fixed (byte* text = Encoding.UTF8.GetBytes(path + '\0'))
            if (Statx(AtCurrentDirectory, text, 0, Gid, status) != 0) return null;
        var number = *(uint*)(status + GidOffset);
        if (number == 0) return null;
        // gr_name is the first member of struct group. No other code of this process calls getgrgid.
        var group = GroupByNumber(number);
        return group is null ? null : Marshal.PtrToStringUTF8(*group);
    }

    [LibraryImport("libc", EntryPoint = "statx")]
    private static partial int Statx(int directory, byte* path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "getgrgid")]
    private static partial nint* GroupByNumber(uint number);
}
