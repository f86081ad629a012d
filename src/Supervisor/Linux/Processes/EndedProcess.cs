using System.Buffers.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>A process that has ended and is not reaped.</summary>
internal static class EndedProcess
{
    /// <summary>Position of the exit code in <c>/proc/PID/stat</c> (proc(5)).</summary>
    private const int ExitCodeField = 52;

    private const int SignalMask = 0x7f;
    private const int DumpedBit = 0x80;

    /// <summary>
    /// The exit status, even while a tracer holds the exit: waitid(2) reports nothing to the parent until the tracer detaches.
    /// The kernel shows the code to the process's user and to CAP_SYS_PTRACE, and 0 to others.
    /// </summary>
    /// <returns>Null if there is no such process, or it still runs.</returns>
    public static ExitStatus? StatusOf(int pid)
    {
        Span<byte> buffer = stackalloc byte[1024];
        var result = ProcFile.Read(pid, "stat"u8, buffer);
        return result.Count > 0 ? TryParse(buffer[..result.Count]) : null;
    }

    internal static ExitStatus? TryParse(ReadOnlySpan<byte> line)
    {
        if (ProcessEntry.TryParse(line) is not { IsZombie: true }) return null;
        // The first field after the name is the third.
        var number = 3;
        var rest = line[(line.LastIndexOf(") "u8) + 2)..];
        foreach (var range in rest.Split((byte)' '))
            if (number++ == ExitCodeField) return Utf8Parser.TryParse(rest[range], out int code, out _) ? StatusOf(code) : null;
        return null;

        static ExitStatus StatusOf(int code) => (code & SignalMask) is not 0 and var signal
            ? new ExitStatus(signal, Signaled: true, CoreDumped: (code & DumpedBit) != 0)
            : ExitStatus.Exited(code >> 8);
    }
}
