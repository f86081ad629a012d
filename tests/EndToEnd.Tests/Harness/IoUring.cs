using System.Runtime.InteropServices;

namespace EndToEnd.Tests.Harness;

/// <summary>The kernel's io_uring(7).</summary>
internal static unsafe partial class IoUring
{
    private const nint Setup = 425;
    private const nint Register = 427;
    private const nint Probe = 8; // IORING_REGISTER_PROBE
    private const int Listen = 57; // IORING_OP_LISTEN, which came with IORING_OP_BIND

    /// <summary>Skips the test if io_uring has no bind(2) and listen(2): before Linux 6.11, or if it is not permitted.</summary>
    public static void RequireBind()
    {
        var parameters = stackalloc byte[120];
        new Span<byte>(parameters, 120).Clear();
        var ring = (int)Call(Setup, 1, (nint)parameters, 0, 0);
        Assert.SkipWhen(ring < 0, "io_uring is not permitted here");
        // struct io_uring_probe: the first byte is the last operation that the kernel knows.
        var probe = stackalloc byte[16];
        new Span<byte>(probe, 16).Clear();
        var answer = Call(Register, ring, Probe, (nint)probe, 0);
        _ = Close(ring);
        Assert.SkipWhen(answer < 0 || probe[0] < Listen, "io_uring binds no sockets before Linux 6.11");
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    private static partial nint Call(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
