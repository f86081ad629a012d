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

    /// <summary>From now on the signals have no effect in this program: a descriptor has them for the next one.</summary>
    /// <returns>Null without free descriptors: the signals then have their effect here.</returns>
    public static Descriptor? Collect() => Native.CollectSignals() is >= 0 and var number ? new Descriptor(number) : null;

    /// <summary>Sends the collected signals to the calling thread again, each once.</summary>
    /// <param name="collected">The descriptor of <see cref="Collect"/>.</param>
    public static unsafe void RepeatAll(Descriptor collected)
    {
        const int most = 256;
        var numbers = stackalloc byte[most];
        HashSet<byte> seen = [];
        while (IoResult.FromCall(Libc.Read(collected, numbers, most)) is { Count: > 0 and var count })
            foreach (var number in new ReadOnlySpan<byte>(numbers, count))
                if (seen.Add(number)) Repeat(new Signal(number));
    }

    /// <summary>Sends a held signal to the calling thread again: no other thread takes it.</summary>
    public static void Repeat(Signal signal) => _ = Libc.Raise(signal.Number);
}
