using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.ReusePort;

internal enum MigrationEffect
{
    /// <summary>Connections go with their listener.</summary>
    Lost,

    /// <summary>They are handed on, and whoever waits for connections there is not told: wake it.</summary>
    Silent,

    Wakes,
}

/// <summary>
/// Finds out by doing it, on listeners of its own, what becomes of a connection whose listener closes. Kernels before a fix of
/// 2026 put it into the queue of another listener without a word to whoever sleeps in epoll_wait(2) or accept(2) there.
/// </summary>
internal static unsafe class MigrationWake
{
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    /// <param name="withProgram">As <see cref="ProgramSteering"/> has it, instead of by the setting.</param>
    /// <returns>Null where it could not be tried, with the errno.</returns>
    public static MigrationEffect? Probe(bool withProgram, out Errno errno)
    {
        using var first = ProbeListener.Open(out errno);
        if (first is null) return null;
        using var program = withProgram ? SteeringProgram.Load(1, out errno) : null;
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
