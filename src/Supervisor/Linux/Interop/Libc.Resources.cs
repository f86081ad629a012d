using System.Runtime.InteropServices;

namespace Reuseportd.Linux.Interop;

internal static partial class Libc
{
    public const int LimitOfDescriptors = 7;

    [LibraryImport(Library, EntryPoint = "getrlimit", SetLastError = true)]
    public static unsafe partial int GetLimit(int resource, LimitPair* limit);

    [LibraryImport(Library, EntryPoint = "setrlimit", SetLastError = true)]
    public static unsafe partial int SetLimit(int resource, LimitPair* limit);

    /// <summary>EINVAL if the kernel's mask is larger than the buffer.</summary>
    [LibraryImport(Library, EntryPoint = "sched_getaffinity", SetLastError = true)]
    public static unsafe partial int GetAffinity(int pid, nuint size, byte* mask);

    public const int PriorityOfProcess = 0; // PRIO_PROCESS
    public const int SchedulerOther = 0;
    public const int SchedulerResetOnFork = 0x40000000; // Linux 2.6.32

    /// <summary>An id of 0 means the calling thread. -1 is a valid result, so set errno to 0 before the call.</summary>
    [LibraryImport(Library, EntryPoint = "getpriority", SetLastError = true)]
    public static partial int GetPriority(int which, int id);

    [LibraryImport(Library, EntryPoint = "setpriority", SetLastError = true)]
    public static partial int SetPriority(int which, int id, int niceness);

    [LibraryImport(Library, EntryPoint = "sched_getscheduler", SetLastError = true)]
    public static partial int GetScheduler(int thread);

    [LibraryImport(Library, EntryPoint = "sched_setscheduler", SetLastError = true)]
    public static unsafe partial int SetScheduler(int thread, int policy, int* parameters);

    public const int ClockTicks = 2; // _SC_CLK_TCK

    [LibraryImport(Library, EntryPoint = "sysconf")]
    public static partial nint SystemConfiguration(int name);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    [LibraryImport(Library, EntryPoint = "getegid")]
    public static partial uint EffectiveGroupId();
}
