using System.Runtime.InteropServices;

namespace Reuseportd.Linux;

internal static partial class Libc
{
    public const int OpenReadOnly = 0;
    public const int OpenCloseOnExec = 0x80000;

    public const int AtCurrentDirectory = -100;

    /// <summary>For statx(2) of an open descriptor: an empty path.</summary>
    public const int AtEmptyPath = 0x1000;
    public const uint StatBasic = 0x7ff;

    public const uint MemoryFileCloseOnExec = 1;
    public const uint MemoryFileAllowSealing = 2;
    public const int AddSeals = 1033;
    public const int SealAll = 0x1 | 0x2 | 0x4 | 0x8; // seal, shrink, grow, write

    public const ulong MountNoSetUid = 2;
    public const ulong MountNoExec = 8;

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true)]
    public static unsafe partial int Open(byte* path, int flags, int mode);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static unsafe partial nint Read(int descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "readlink", SetLastError = true)]
    public static unsafe partial nint ReadLink(byte* path, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    public static unsafe partial int Status(int directory, byte* path, int flags, uint mask, FileStatus* status);

    [LibraryImport(Library, EntryPoint = "statvfs", SetLastError = true)]
    public static unsafe partial int MountStatus(byte* path, MountFacts* facts);

    [LibraryImport(Library, EntryPoint = "getxattr", SetLastError = true)]
    public static unsafe partial nint GetAttribute(byte* path, byte* name, void* value, nuint size);

    [LibraryImport(Library, EntryPoint = "chown", SetLastError = true)]
    public static unsafe partial int ChangeOwner(byte* path, uint uid, uint gid);

    [LibraryImport(Library, EntryPoint = "isatty", SetLastError = true)]
    public static partial int IsTerminal(int descriptor);

    [LibraryImport(Library, EntryPoint = "memfd_create", SetLastError = true)]
    public static unsafe partial int MemoryFile(byte* name, uint flags);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(SafeHandle descriptor, int command, nint argument);

    /// <summary>
    /// <c>struct statx</c> of statx(2), Linux 4.11: one layout on all architectures, unlike <c>struct stat</c>.
    /// </summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(20)] public uint Uid;
        [FieldOffset(24)] public uint Gid;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(136)] public uint DeviceMajor;
        [FieldOffset(140)] public uint DeviceMinor;
    }

    /// <summary><c>struct statvfs</c> of glibc on a 64-bit machine.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 112)]
    public struct MountFacts
    {
        [FieldOffset(72)] public ulong Flags;
    }
}
