using System.Buffers.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Processes;

/// <summary>
/// The fields of <c>/proc/PID/stat</c>. A process that is in execve(2) can hold up the read without limit (seen with Linux 6.18):
/// the kernel waits for the end of the exec, and the exec waits for the files that it closes (FUSE). So other threads read, and
/// an entry that takes more than 250 ms is missing; 20 ms for 10 s after such an entry.
/// </summary>
/// <param name="State">Letter of proc(5): R, S, D, Z and others.</param>
/// <param name="StartTime">
/// Clock ticks since boot. Pid and start time together identify one process until the next boot.
/// </param>
/// <param name="ResidentPages">Resident set in pages.</param>
internal readonly record struct ProcessEntry(
    int Pid, char State, int Parent, int Group, int Session, ulong StartTime, ulong ResidentPages = 0)
{
    /// <summary>CPU time in clock ticks, user and kernel mode together.</summary>
    public ulong CpuTicks { get; init; }

    /// <summary>True if the process has ended and is not reaped.</summary>
    public bool IsZombie => State is 'Z' or 'X' or 'x';

    /// <summary>True if a signal or a debugger has suspended the process.</summary>
    public bool IsStopped => State is 'T' or 't';

    /// <summary>Parses the line. The process chooses the name in parentheses, so parsing begins after the last ')'.</summary>
    public static ProcessEntry? TryParse(ReadOnlySpan<byte> line)
    {
        var name = line.IndexOf((byte)'(');
        var end = line.LastIndexOf(") "u8);
        if (name < 1 || end < name || !Utf8Parser.TryParse(line[..(name - 1)], out int pid, out _)) return null;

        var rest = line[(end + 2)..];
        if (rest.IsEmpty) return null;
        var state = (char)rest[0];
        Span<ulong> fields = stackalloc ulong[24];
        var count = 0;
        foreach (var range in rest.Split((byte)' '))
        {
            if (count == fields.Length) break;
            // Negative numbers (a terminal's group) are not needed.
            fields[count++] = Utf8Parser.TryParse(rest[range], out ulong number, out _) ? number : 0;
        }

        // proc(5) counts fields from 1; the state is the third.
        return count > 22 - 3
            ? new ProcessEntry(
                pid, state, (int)fields[4 - 3], (int)fields[5 - 3], (int)fields[6 - 3], fields[22 - 3],
                count > 24 - 3 ? fields[24 - 3] : 0)
            {
                CpuTicks = fields[14 - 3] + fields[15 - 3],
            }
            : null;
    }

    /// <summary>Ticks of <see cref="CpuTicks"/> and <see cref="StartTime"/> in a second.</summary>
    public static double TicksInASecond { get; } = Libc.SystemConfiguration(Libc.ClockTicks);

    /// <summary>Entries that are read together: the change of thread then costs little.</summary>
    private const int PartSize = 64;

    private static readonly BoundedCalls<ProcessEntry[]> Reads =
        new("stat", TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(20));

    /// <summary>Null if there is no such process, or it holds up the read.</summary>
    public static ProcessEntry? Of(int pid)
    {
        if (pid == Environment.ProcessId) return Read(pid);
        return Reads.TryCall(pid, () => Read([pid]), out var entries) && entries is [var entry] ? entry : null;
    }

    /// <summary>The entries of those that are there and do not hold up the read, in the same order.</summary>
    public static List<ProcessEntry> Of(IEnumerable<int> pids)
    {
        var entries = new List<ProcessEntry>();
        foreach (var part in pids.Where(pid => !Reads.IsHung(pid)).Chunk(PartSize))
        {
            // The negative number stands for the part. One process that holds it up must not hide the others.
            if (Reads.TryCall(-part[0], () => Read(part), out var read)) entries.AddRange(read!);
            else
                foreach (var pid in part)
                    if (Of(pid) is { } entry) entries.Add(entry);
        }

        return entries;
    }

    private static ProcessEntry[] Read(int[] pids)
    {
        var entries = new List<ProcessEntry>(pids.Length);
        foreach (var pid in pids)
            if (Read(pid) is { } entry) entries.Add(entry);
        return [.. entries];
    }

    private static ProcessEntry? Read(int pid)
    {
        Span<byte> line = stackalloc byte[1024];
        var result = ProcFile.Read(pid, "stat"u8, line);
        return result.Count > 0 ? TryParse(line[..result.Count]) : null;
    }
}
