using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Interop;

internal static partial class Libc
{
    public const int OpenReadOnly = 0;
    public const int OpenWriteOnly = 1;
    public const int OpenReadWrite = 2;
    public const int OpenCreate = 0x40;
    public const int OpenCloseOnExec = 0x80000;

    /// <summary>ENOTDIR for anything but a directory.</summary>
    public static readonly int OpenDirectory = MachineNumbers.Own.OpenDirectory;

    /// <summary>ELOOP for a symbolic link.</summary>
    public static readonly int OpenNoFollow = MachineNumbers.Own.OpenNoFollow;

    /// <summary>A descriptor for the location only; the file itself is not opened (open(2)).</summary>
    public const int OpenPath = 0x200000;

    public const int LockExclusive = 2;
    public const int LockWithoutWaiting = 4;

    public const int AtCurrentDirectory = -100;

    /// <summary>For unlinkat(2): remove a directory, as rmdir(2) does.</summary>
    public const int AtRemoveDirectory = 0x200;

    /// <summary>For statx(2): the symbolic link itself, not its target.</summary>
    public const int AtNoFollow = 0x100;

    /// <summary>For statx(2) and fchownat(2): an empty path means the open descriptor.</summary>
    public const int AtEmptyPath = 0x1000;
    public const uint StatBasic = 0x7ff;

    public const uint MemoryFileCloseOnExec = 1;
    public const uint MemoryFileAllowSealing = 2;
    public const int AddSeals = 1033;
    public const int SealAll = 0x1 | 0x2 | 0x4 | 0x8; // seal, shrink, grow, write

    public const int AllocateKeepSize = 1;
    public const int AllocatePunchHole = 2;

    public const int GetPipeSize = 1032;
    public const uint SpliceWithoutWaiting = 2;

    /// <summary>FIONREAD of ioctl_tty(2).</summary>
    public const nuint CountWaiting = 0x541b;

    public const ulong MountNoSetUid = 2;
    public const ulong MountNoExec = 8;

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true)]
    public static unsafe partial int Open(byte* path, int flags, int mode);

    [LibraryImport(Library, EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenAt(SafeHandle directory, string path, int flags);

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeDirectoryAt(SafeHandle directory, string path, uint mode);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int UnlinkAt(SafeHandle directory, string path, int flags);

    [LibraryImport(Library, EntryPoint = "pread", SetLastError = true)]
    public static unsafe partial nint ReadAt(SafeHandle descriptor, byte* buffer, nuint count, nint offset);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    public static unsafe partial nint Read(int descriptor, byte* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "pipe2", SetLastError = true)]
    public static unsafe partial int Pipe(int* ends, int flags);

    [LibraryImport(Library, EntryPoint = "tee", SetLastError = true)]
    public static partial nint Tee(SafeHandle from, SafeHandle into, nuint count, uint flags);

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

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true)]
    public static unsafe partial int ChangeOwnerAt(SafeHandle directory, byte* path, uint uid, uint gid, int flags);

    [LibraryImport(Library, EntryPoint = "chmod", SetLastError = true)]
    public static unsafe partial int ChangeMode(byte* path, uint mode);

    [LibraryImport(Library, EntryPoint = "fchmod", SetLastError = true)]
    public static partial int ChangeMode(SafeHandle descriptor, int mode);

    [LibraryImport(Library, EntryPoint = "unlink", SetLastError = true)]
    public static unsafe partial int Unlink(byte* path);

    /// <summary>
    /// The lock belongs to the open file description: the kernel releases it with the last descriptor, however a process ends.
    /// </summary>
    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(SafeHandle descriptor, int operation);

    [LibraryImport(Library, EntryPoint = "isatty", SetLastError = true)]
    public static partial int IsTerminal(int descriptor);

    [LibraryImport(Library, EntryPoint = "memfd_create", SetLastError = true)]
    public static unsafe partial int MemoryFile(byte* name, uint flags);

    [LibraryImport(Library, EntryPoint = "fallocate", SetLastError = true)]
    public static partial int Allocate(SafeHandle descriptor, int mode, nint offset, nint length);

    [LibraryImport(Library, EntryPoint = "fcntl", SetLastError = true)]
    public static partial int FileControl(SafeHandle descriptor, int command, nint argument);

    /// <summary>
    /// <c>struct statx</c> of statx(2), Linux 4.11. Unlike <c>struct stat</c>, it has one layout on all architectures.
    /// </summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(20)] public uint Uid;
        [FieldOffset(24)] public uint Gid;
        [FieldOffset(28)] public ushort Mode;
        [FieldOffset(32)] public ulong Inode;
        [FieldOffset(40)] public ulong Size;
        [FieldOffset(48)] public ulong Blocks;
        [FieldOffset(96)] public long ChangedSeconds;
        [FieldOffset(104)] public uint ChangedNanoseconds;
        [FieldOffset(112)] public long ModifiedSeconds;
        [FieldOffset(120)] public uint ModifiedNanoseconds;
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
