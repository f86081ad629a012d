using Reuseportd.Model;

namespace Linux.Tests.Steering;

internal static class Need
{
    /// <summary>Skips the test if the kernel or the privileges do not allow it.</summary>
    public static void Program()
    {
        using var program = SteeringProgram.Load(1, out var errno);
        var isRefused = errno == Errno.NotPermitted || errno == Errno.AccessDenied || errno == Errno.InvalidArgument && IsOld;
        Assert.SkipWhen(isRefused, $"needs CAP_BPF, CAP_NET_ADMIN and Linux 5.14: {errno}");
        Assert.Equal(Errno.None, errno);
    }

    private static bool IsOld => Environment.OSVersion.Version < new Version(5, 14);
}
