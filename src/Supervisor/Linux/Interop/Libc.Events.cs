using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Interop;

internal static partial class Libc
{
    public const int EpollCloseOnExec = 0x80000;
    public const int EpollAdd = 1;
    public const int EpollDelete = 2;
    public const int EpollModify = 3;

    public const int EventFdCloseOnExec = 0x80000;
    public const int EventFdNonBlocking = 0x800;

    /// <summary>epoll_pwait2(2), Linux 5.11; glibc has a wrapper since 2.35.</summary>
    public const nint EpollPwait2Number = 441;

    [LibraryImport(Library, EntryPoint = "epoll_create1", SetLastError = true)]
    public static partial int EpollCreate(int flags);

    [LibraryImport(Library, EntryPoint = "epoll_ctl", SetLastError = true)]
    public static unsafe partial int EpollControl(SafeHandle epoll, int operation, SafeHandle target, void* epollEvent);

    [LibraryImport(Library, EntryPoint = "epoll_wait", SetLastError = true)]
    public static unsafe partial int EpollWait(SafeHandle epoll, void* epollEvents, int max, int milliseconds);

    public static unsafe nint EpollPwait2(SafeHandle epoll, void* epollEvents, int max, TimeSpec* timeout) =>
        EpollPwait2(EpollPwait2Number, epoll, epollEvents, max, timeout, signalMask: null, signalMaskSize: 8);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    public static partial int EventFd(uint initial, int flags);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    public static unsafe partial nint Write(SafeHandle descriptor, void* buffer, nuint count);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static unsafe partial nint EpollPwait2(
        nint number, SafeHandle epoll, void* epollEvents, nint max, TimeSpec* timeout, void* signalMask, nuint signalMaskSize);

    /// <summary><c>struct timespec</c> of a 64-bit kernel.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }
}
