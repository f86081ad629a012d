using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>
/// The signals for the daemon while another program takes over: blocked signals stay pending across execve(2). See
/// Native/Spawning/inherited_signals.c.
/// </summary>
internal static class HeldSignals
{
    /// <summary>Blocks the signals in the calling thread, which must be the one that executes the next program.</summary>
    public static void Hold() => Native.HoldSignals(1);

    /// <summary>Unblocks the signals in the calling thread.</summary>
    public static void Release() => Native.HoldSignals(0);

    /// <summary>Sends a held signal to the calling thread again: no other thread takes it.</summary>
    public static void Repeat(Signal signal) => _ = Libc.Raise(signal.Number);
}
