using System.Buffers.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Processes;

/// <summary>The fields of <c>/proc/PID/stat</c>.</summary>
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

    /// <summary>Null if there is no such process.</summary>
    public static ProcessEntry? Of(int pid)
    {
        Span<byte> line = stackalloc byte[1024];
        var result = ProcFile.Read(pid, "stat"u8, line);
        return result.Count > 0 ? TryParse(line[..result.Count]) : null;
    }
}
