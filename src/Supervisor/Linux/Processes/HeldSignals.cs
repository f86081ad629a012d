using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>
/// The signals for the daemon, as numbers in a pipe, and while another program takes over: blocked signals stay pending across
/// execve(2). See Native/Spawning/inherited_signals.c.
/// </summary>
internal static class HeldSignals
{
    /// <summary>Blocks the signals in the calling thread, which must be the one that executes the next program.</summary>
    public static void Hold() => Native.HoldSignals(1);

    /// <summary>Unblocks the signals in the calling thread.</summary>
    public static void Release() => Native.HoldSignals(0);

    /// <summary>From now on a descriptor has the signals, and they have no other effect. A later call replaces it.</summary>
    /// <returns>Null without free descriptors: nothing has changed.</returns>
    public static Descriptor? Collect() => Native.CollectSignals() is >= 0 and var number ? new Descriptor(number) : null;

    /// <summary>Sends the collected signals to the calling thread again, each once.</summary>
    /// <param name="collected">The descriptor of <see cref="Collect"/>.</param>
    public static void RepeatAll(Descriptor collected)
    {
        HashSet<byte> seen = [];
        while (Read(collected) is { Length: > 0 } numbers)
            foreach (var number in numbers)
                if (seen.Add(number)) Repeat(new Signal(number));
    }

    /// <summary>
    /// The numbers of signals that have been collected and not read, in their order; at most 256. Does not wait.
    /// </summary>
    /// <param name="collected">The descriptor of <see cref="Collect"/>.</param>
    public static unsafe byte[] Read(Descriptor collected)
    {
        const int most = 256;
        var numbers = stackalloc byte[most];
        var read = IoResult.FromCall(Libc.Read(collected, numbers, most));
        return read.Count > 0 ? new ReadOnlySpan<byte>(numbers, read.Count).ToArray() : [];
    }

    /// <summary>Sends a held signal to the calling thread again: no other thread takes it.</summary>
    public static void Repeat(Signal signal) => _ = Libc.Raise(signal.Number);
}
