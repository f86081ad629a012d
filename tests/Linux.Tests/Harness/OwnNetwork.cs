using System.Runtime.InteropServices;

namespace Linux.Tests.Harness;

/// <summary>
/// Runs work on a thread in its own network namespace, with loopback up: no other test has its sysctls, ports and groups.
/// Sockets and processes of the thread belong to the namespace.
/// </summary>
internal static unsafe partial class OwnNetwork
{
    private const int NewNetwork = 0x40000000;
    private const int NotPermitted = 1;
    private const nuint SetFlags = 0x8914; // SIOCSIFFLAGS
    private const short Up = 0x1 | 0x40; // IFF_UP, IFF_RUNNING

    public static void Run(Action work) => On(work);

    /// <param name="work">Gets the thread's own spawner.</param>
    public static void Run(Action<Spawner> work) => On(() =>
    {
        using var spawner = new Spawner();
        work(spawner);
    });

    private static void On(Action work)
    {
        Exception? failure = null;
        var isRefused = false;
        var thread = new Thread(() =>
        {
            try
            {
                if (Unshare(NewNetwork) != 0)
                {
                    isRefused = Marshal.GetLastPInvokeError() == NotPermitted;
                    Assert.True(isRefused, "unshare(CLONE_NEWNET)");
                    return;
                }

                RaiseLoopback();
                work();
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        Assert.SkipWhen(isRefused, "needs to make a network namespace: CAP_SYS_ADMIN");
        if (failure is not null) throw new InvalidOperationException("in a network namespace", failure);
    }

    private static void RaiseLoopback()
    {
        using var socket = new Descriptor(Libc.Socket(Libc.FamilyInet, Libc.SocketDatagram | Libc.SocketCloseOnExec, 0));
        // struct ifreq: a name of 16 bytes, then the flags.
        var request = stackalloc byte[40];
        new Span<byte>(request, 40).Clear();
        "lo"u8.CopyTo(new Span<byte>(request, 16));
        *(short*)(request + 16) = Up;
        Assert.Equal(0, Control(socket, SetFlags, request));
    }

    [LibraryImport("libc", EntryPoint = "unshare", SetLastError = true)]
    private static partial int Unshare(int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int Control(SafeHandle descriptor, nuint request, void* argument);
}
