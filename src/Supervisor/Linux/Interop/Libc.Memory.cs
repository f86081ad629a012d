using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Interop;

internal static partial class Libc
{
    public const int ProtectRead = 1;
    public const int ProtectReadWrite = 3;
    public const int MapShared = 1;
    public const nint MapFailed = -1;

    [LibraryImport(Library, EntryPoint = "mmap", SetLastError = true)]
    public static partial nint Map(nint address, nuint length, int protection, int flags, SafeHandle file, nint offset);

    [LibraryImport(Library, EntryPoint = "munmap", SetLastError = true)]
    public static partial int Unmap(nint address, nuint length);
}
