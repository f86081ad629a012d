using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;

namespace Reuseportd.Linux.Spawning;

/// <summary>The descriptors of a dead daemon. Its guard has them under the same numbers.</summary>
internal sealed class KeptDescriptors(FormerGuard guard)
{
    private static ReadOnlySpan<byte> PidField => "\nPid:\t"u8;

    /// <returns>Null if the daemon had no such descriptor.</returns>
    public Descriptor? TryTake(int number) => guard.TryTake(number, out _);

    /// <summary>Takes a descriptor if it still has the same file.</summary>
    public DescriptorIdentity? TryTake(DescriptorIdentity? kept)
    {
        if (kept is null || TryTake(kept.Number) is not { } taken) return null;
        if (!kept.IsFileOf(taken))
        {
            taken.Dispose();
            return null;
        }

        return kept with { Number = taken.Release() };
    }

    /// <summary>Takes a pidfd if it is one of this process, which may have ended.</summary>
    public DescriptorIdentity? TryTakeProcess(DescriptorIdentity kept, int pid)
    {
        // Before Linux 6.9 all pidfds have one inode.
        if (TryTake(kept) is not { } taken) return null;
        if (PidOf(taken.Number) is { } found && (found == pid || found == -1)) return taken;
        new Descriptor(taken.Number).Dispose();
        return null;
    }

    /// <returns>-1 if the process was reaped; null if the descriptor is no pidfd.</returns>
    private static int? PidOf(int number)
    {
        var name = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"fdinfo/{number}"));
        if (ProcFile.Read(Environment.ProcessId, name) is not { } lines) return null;
        var at = lines.AsSpan().IndexOf(PidField);
        if (at < 0) return null;
        return Utf8Parser.TryParse(lines.AsSpan(at + PidField.Length), out int pid, out _) ? pid : null;
    }
}
