using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>
/// A process, by pidfd and pid as one value (pidfd_open(2)). The number is for messages and /proc; what is done is done
/// through the descriptor, which never means another process. Readable in an <see cref="Epoll"/> once it has ended.
/// </summary>
internal sealed class Pidfd(int number, int pid) : Descriptor(number)
{
    public int Pid { get; } = pid;

    /// <summary>Opens a process by number. The caller checks that it is the one meant, by its start time.</summary>
    /// <param name="errno">ESRCH when there is none.</param>
    public static Pidfd? Open(int pid, out Errno errno)
    {
        var number = Libc.PidfdOpen(pid);
        errno = Libc.ErrnoOf(number);
        return number < 0 ? null : new Pidfd((int)number, pid);
    }

    /// <summary>
    /// ESRCH when it has ended and was waited for; a process that waits to be reaped takes signals without effect.
    /// </summary>
    public Errno SendSignal(Signal signal) => Libc.ErrnoOf(Libc.PidfdSendSignal(this, signal.Number));

    /// <summary>Whether it runs no more, reaped or not. Does not reap.</summary>
    public bool HasEnded => WaitForEnd(TimeSpan.Zero);

    /// <summary>
    /// Blocks until it runs no more, a signal comes between, or <paramref name="patience"/> is over. Does not reap.
    /// </summary>
    public unsafe bool WaitForEnd(TimeSpan patience)
    {
        var entry = new Libc.PollEntry { Descriptor = Number, Events = Libc.PollEntry.In };
        return Libc.Poll(&entry, 1, (int)Math.Ceiling(patience.TotalMilliseconds)) > 0;
    }

    /// <summary>Reaps it if it has ended: waitid(2) by pidfd, Linux 5.4. Does not block.</summary>
    /// <param name="status">Null while it runs.</param>
    /// <returns>ECHILD when it is no child of this process, or was reaped before.</returns>
    public unsafe Errno Wait(out ExitStatus? status)
    {
        status = null;
        Libc.SignalInfo info = default;
        int answer;
        do answer = Libc.WaitId(Libc.WaitByPidfd, (uint)Number, &info, Libc.WaitExited | Libc.WaitNoHang);
        while (answer < 0 && Libc.LastErrno == Errno.Interrupted);
        if (answer < 0) return Libc.LastErrno;
        if (info.Pid != 0) status = StatusOf(info);
        return Errno.None;
    }

    internal static ExitStatus StatusOf(in Libc.SignalInfo info) => info.Code == Libc.ChildExited
        ? ExitStatus.Exited(info.Status)
        : new ExitStatus(info.Status, Signaled: true, CoreDumped: info.Code == Libc.ChildDumped);
}
