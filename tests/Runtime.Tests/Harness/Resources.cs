using System.Runtime.InteropServices;

namespace Runtime.Tests.Harness;

/// <summary>Resources of the process that a test uses up, and releases.</summary>
internal static unsafe partial class Resources
{
    private const int LimitOfDescriptors = 7; // RLIMIT_NOFILE

    /// <summary>No descriptor can be opened (EMFILE), even after a close, until the caller disposes of the result.</summary>
    public static IDisposable NoDescriptors()
    {
        var former = stackalloc ulong[2];
        Assert.Equal(0, GetLimit(LimitOfDescriptors, former));
        var back = new Limit(former[0], former[1]);
        SetSoft(3, former[1]);
        return back;
    }

    private static void SetSoft(ulong soft, ulong hard)
    {
        var pair = stackalloc ulong[2] { soft, hard };
        if (SetLimit(LimitOfDescriptors, pair) != 0) throw new InvalidOperationException("setrlimit");
    }

    private sealed class Limit(ulong soft, ulong hard) : IDisposable
    {
        public void Dispose() => SetSoft(soft, hard);
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, ulong* pair);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, ulong* pair);
}
