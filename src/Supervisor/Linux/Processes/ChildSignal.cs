using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>
/// Becomes readable when a child has ended: SIGCHLD by signalfd(2). The signal is blocked in every thread, so that no handler of
/// the runtime receives it; see Native/Spawning/child_signal.c.
/// </summary>
internal sealed class ChildSignal() : Descriptor(Made(Native.OpenChildSignal(), "signalfd"))
{
    /// <summary>Size of <c>struct signalfd_siginfo</c> in bytes.</summary>
    private const int SignalSize = 128;

    /// <summary>Call this before looking for ended children. Pending signals are merged into one.</summary>
    public unsafe void Drain()
    {
        var signal = stackalloc byte[SignalSize];
        while (Libc.Read(this, signal, SignalSize) > 0 || Libc.LastErrno == Errno.Interrupted) { }
    }
}
