using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Steering;

internal enum MigrationEffect
{
    /// <summary>Connections are reset with their listener.</summary>
    Lost,

    /// <summary>Connections migrate, but a process that waits for connections is not woken.</summary>
    Silent,

    Wakes,
}

/// <summary>
/// Tests, with listeners of the daemon's own, how the kernel treats a connection whose listener closes. Kernels before a fix of
/// 2026 migrate the connection without waking a process in epoll_wait(2) or accept(2).
/// </summary>
internal static unsafe class MigrationWake
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    /// <param name="program">
    /// A program without sockets, which chooses as that of <see cref="ProgramSteering"/>; null to test the setting instead.
    /// </param>
    /// <returns>Null, with the errno, if the test could not run.</returns>
    public static MigrationEffect? Probe(SteeringProgram? program, out Errno errno)
    {
        using var first = ProbeListener.Open(out errno);
        if (first is null) return null;
        if (program is not null) errno = first.Attach(program.Program);
        if (errno != Errno.None) return null;
        using var client = ProbeListener.Connect(first, out errno);
        if (client is null) return null;
        using var second = ProbeListener.Beside(first, out errno);
        if (second is null) return null;
        using var epoll = new Epoll();
        errno = epoll.Add(second, EpollEvents.Readable, 0);
        if (errno != Errno.None) return null;

        errno = first.StopListening();
        if (errno != Errno.None) return null;
        if (!epoll.Wait(Patience).IsEmpty) return MigrationEffect.Wakes;
        var accepted = Libc.Accept(second, null, null, Libc.SocketCloseOnExec);
        if (accepted < 0) return MigrationEffect.Lost;
        new Descriptor(accepted).Dispose();
        return MigrationEffect.Silent;
    }
}
