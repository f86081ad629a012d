using System.Buffers.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>A process that has ended and is not reaped.</summary>
internal static class EndedProcess
{
    /// <summary>Position of the exit code in <c>/proc/PID/stat</c> (proc(5)).</summary>
    private const int ExitCodeField = 52;

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

    /// <summary>
    /// The exit status of a process that has ended and is no child. The kernel keeps it in the pidfd from the moment when the
    /// parent reaps the process (Linux 6.15). Before that, /proc has it. Does not block.
    /// </summary>
    /// <returns>
    /// <see cref="ExitStatus.Unknown"/> if the status will never be known. Null if it comes when the parent reaps the process:
    /// epoll then reports the pidfd again, also with <see cref="EpollEvents.EdgeTriggered"/>.
    /// </returns>
    public static ExitStatus? StatusOf(Pidfd process)
    {
        var errno = process.ReadExit(out var status);
        if (status is not null) return status;
        if (StatusOf(process.Pid) is { } shown)
        {
            // While the process is not reaped, no other one has its pid.
            var access = process.SendSignal(Signal.None);
            if (access == Errno.None || (access != Errno.NoProcess && shown != ExitStatus.Exited(0))) return shown;
        }

        if (errno == Errno.None) return null;
        // The parent can reap the process during the first call, which then fails with ESRCH.
        _ = process.ReadExit(out status);
        return status ?? ExitStatus.Unknown;
    }

    internal static ExitStatus? TryParse(ReadOnlySpan<byte> line)
    {
        if (ProcessEntry.TryParse(line) is not { IsZombie: true }) return null;
        // The first field after the name is the third.
        var number = 3;
        var rest = line[(line.LastIndexOf(") "u8) + 2)..];
        foreach (var range in rest.Split((byte)' '))
            if (number++ == ExitCodeField)
                return Utf8Parser.TryParse(rest[range], out int code, out _) ? ExitStatus.FromWait(code) : null;
        return null;
    }
}
