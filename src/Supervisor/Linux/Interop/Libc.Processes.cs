using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Interop;

internal static partial class Libc
{
    public const int WaitAny = 0;
    public const int WaitByPid = 1;
    public const int WaitByPidfd = 3;
    public const int WaitNoHang = 1;
    public const int WaitExited = 4;
    public const int WaitNoReap = 0x01000000;

    public const int ChildExited = 1;
    public const int ChildDumped = 3;

    public const int SetChildSubreaper = 36;
    public const int ReadBoundingSet = 23;

    public const int SignalChild = 17;
    public const nint DefaultDisposition = 0;

    public const nuint PidfdGetInfo = 0xc040ff0b; // PIDFD_GET_INFO with the first size of its structure, Linux 6.13
    public const ulong PidfdInfoExit = 8;
    private const nint SignalProcessGroup = 4;

    // The same number on all architectures (Linux 5.1 and 5.3); glibc has wrappers since 2.36.
    public const nint PidfdSendSignalNumber = 424;
    public const nint PidfdOpenNumber = 434;
    public const nint PidfdGetFdNumber = 438; // Linux 5.6

    [LibraryImport(Library, EntryPoint = "waitid", SetLastError = true)]
    public static unsafe partial int WaitId(int idType, uint id, SignalInfo* info, int options);

    /// <param name="arguments">Ends with null, as <paramref name="environment"/> does.</param>
    [LibraryImport(Library, EntryPoint = "execve", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Execute(string path, string?[] arguments, string?[] environment);

    /// <summary>A negative pid means a process group.</summary>
    [LibraryImport(Library, EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int pid, int signal);

    [LibraryImport(Library, EntryPoint = "prctl", SetLastError = true)]
    public static partial int ProcessControl(int option, nuint argument);

    [LibraryImport(Library, EntryPoint = "signal", SetLastError = true)]
    public static partial nint SetDisposition(int signal, nint disposition);

    public static nint PidfdOpen(int pid) => PidfdOpen(PidfdOpenNumber, pid, flags: 0);

    /// <summary>PIDFD_THREAD, Linux 6.9: of one thread, which need not be the first of its process. EINVAL before.</summary>
    public static nint PidfdOpenThread(int thread) => PidfdOpen(PidfdOpenNumber, thread, flags: 0x80);

    public static nint PidfdSendSignal(SafeHandle pidfd, int signal) =>
        PidfdSendSignal(PidfdSendSignalNumber, pidfd, signal, info: 0, flags: 0);

    public static nint PidfdSignalGroup(SafeHandle pidfd, int signal) =>
        PidfdSendSignal(PidfdSendSignalNumber, pidfd, signal, info: 0, SignalProcessGroup);

    /// <summary>For a new pidfd that has no owner yet.</summary>
    public static nint PidfdSendSignal(int pidfd, int signal) =>
        PidfdSendSignal(PidfdSendSignalNumber, pidfd, signal, info: 0, flags: 0);

    /// <summary>The new descriptor is close-on-exec.</summary>
    /// <summary>Sends a signal to the calling thread (raise(3)).</summary>
    [LibraryImport(Library, EntryPoint = "raise")]
    public static partial int Raise(int signal);

    [LibraryImport(Library, EntryPoint = "_exit")]
    public static partial void Exit(int code);

    public static nint PidfdGetFd(SafeHandle pidfd, int descriptor) => PidfdGetFd(PidfdGetFdNumber, pidfd, descriptor, flags: 0);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint PidfdGetFd(nint number, SafeHandle pidfd, nint descriptor, nint flags);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint PidfdOpen(nint number, nint pid, nint flags);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint PidfdSendSignal(nint number, SafeHandle pidfd, nint signal, nint info, nint flags);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint PidfdSendSignal(nint number, nint pidfd, nint signal, nint info, nint flags);

    /// <summary><c>siginfo_t</c> in the layout of waitid(2) on a 64-bit kernel.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 128)]
    public struct SignalInfo
    {
        [FieldOffset(8)] public int Code;

        /// <summary>0 if no child has ended.</summary>
        [FieldOffset(16)] public int Pid;

        [FieldOffset(24)] public int Status;
    }

    /// <summary><c>struct pidfd_info</c> of linux/pidfd.h in its first size, which has these fields in all versions.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    public struct PidfdInfo
    {
        [FieldOffset(0)] public ulong Mask;

        /// <summary>As of wait(2).</summary>
        [FieldOffset(60)] public int ExitCode;
    }
}
