using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>
/// Readable when a child has ended: SIGCHLD by signalfd(2). The signal is blocked in every thread of the daemon, so that no
/// handler of the runtime ever hears it; see Native/child_signal.c.
/// </summary>
internal sealed class ChildSignal() : Descriptor(Made(Native.OpenChildSignal(), "signalfd"))
{
    /// <summary>Of <c>struct signalfd_siginfo</c>, in bytes.</summary>
    private const int SignalSize = 128;

    /// <summary>To be called before children are looked for. Signals that come meanwhile are one.</summary>
    public unsafe void Drain()
    {
        var signal = stackalloc byte[SignalSize];
        while (Libc.Read(this, signal, SignalSize) > 0 || Libc.LastErrno == Errno.Interrupted) { }
    }
}
