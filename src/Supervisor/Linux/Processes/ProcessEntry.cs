using System.Buffers.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Processes;

/// <summary>What <c>/proc/PID/stat</c> says of a process.</summary>
/// <param name="State">As proc(5) letters it: R, S, D, Z ...</param>
/// <param name="StartTime">
/// Clock ticks since boot. With the pid it names one process only, for as long as the machine runs.
/// </param>
/// <param name="ResidentPages">Its resident set, in pages.</param>
internal readonly record struct ProcessEntry(
    int Pid, char State, int Parent, int Group, int Session, ulong StartTime, ulong ResidentPages = 0)
{
    /// <summary>Of CPU time it used, in user and kernel mode.</summary>
    public ulong CpuTicks { get; init; }

    /// <summary>Ended, and waiting for its parent to see it.</summary>
    public bool IsZombie => State is 'Z' or 'X' or 'x';

    /// <summary>Suspended by a signal or a debugger.</summary>
    public bool IsStopped => State is 'T' or 't';

    /// <summary>Reads the line. The name in parentheses is the process's own choice, so it is skipped by its last ')'.</summary>
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
            // Numbers below zero (a terminal's group) are of no interest.
            fields[count++] = Utf8Parser.TryParse(rest[range], out ulong number, out _) ? number : 0;
        }

        // Fields are counted from 1 in proc(5), and the state is the third.
        return count > 22 - 3
            ? new ProcessEntry(
                pid, state, (int)fields[4 - 3], (int)fields[5 - 3], (int)fields[6 - 3], fields[22 - 3], count > 24 - 3 ? fields[24 - 3] : 0)
            {
                CpuTicks = fields[14 - 3] + fields[15 - 3],
            }
            : null;
    }

    /// <summary>In one second, of <see cref="CpuTicks"/> and <see cref="StartTime"/>.</summary>
    public static double TicksInASecond { get; } = Libc.SystemConfiguration(Libc.ClockTicks);

    /// <summary>Null when there is no such process.</summary>
    public static ProcessEntry? Of(int pid)
    {
        Span<byte> line = stackalloc byte[1024];
        var result = ProcFile.Read(pid, "stat"u8, line);
        return result.Count > 0 ? TryParse(line[..result.Count]) : null;
    }
}
