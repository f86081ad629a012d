using System.Runtime.InteropServices;

namespace Reuseportd.Linux;

internal static partial class Libc
{
    public const int LimitOfDescriptors = 7;

    [LibraryImport(Library, EntryPoint = "getrlimit", SetLastError = true)]
    public static unsafe partial int GetLimit(int resource, LimitPair* limit);

    [LibraryImport(Library, EntryPoint = "setrlimit", SetLastError = true)]
    public static unsafe partial int SetLimit(int resource, LimitPair* limit);

    /// <summary>EINVAL when the kernel's mask has more bits than fit.</summary>
    [LibraryImport(Library, EntryPoint = "sched_getaffinity", SetLastError = true)]
    public static unsafe partial int GetAffinity(int pid, nuint size, byte* mask);

    public const int ClockTicks = 2; // _SC_CLK_TCK

    [LibraryImport(Library, EntryPoint = "sysconf")]
    public static partial nint SystemConfiguration(int name);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    public static partial uint EffectiveUserId();

    [LibraryImport(Library, EntryPoint = "getegid")]
    public static partial uint EffectiveGroupId();
}
