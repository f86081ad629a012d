using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>
/// A process as a pair of pidfd and pid (pidfd_open(2)). The pid is for messages and /proc. Operations use the descriptor, which
/// never refers to another process. An <see cref="Epoll"/> reports it as readable after the process has ended.
/// </summary>
internal sealed class Pidfd(int number, int pid) : Descriptor(number)
{
    public int Pid { get; } = pid;

    /// <summary>Opens a process by pid. The caller compares the start time to make sure that it is the right process.</summary>
    /// <param name="errno">ESRCH if there is no such process.</param>
    public static Pidfd? Open(int pid, out Errno errno)
    {
        var number = Libc.PidfdOpen(pid);
        errno = Libc.ErrnoOf(number);
        return number < 0 ? null : new Pidfd((int)number, pid);
    }

    /// <summary>A copy of a descriptor of the process (pidfd_getfd(2), Linux 5.6); it is close-on-exec.</summary>
    /// <param name="number">The number in the process.</param>
    /// <param name="errno">
    /// EBADF if it has no such descriptor; ESRCH if it has ended; EPERM without the right to trace it (ptrace(2)).
    /// </param>
    public Descriptor? TryTake(int number, out Errno errno) => TryTake(number, taken => new Descriptor(taken), out errno);

    /// <inheritdoc cref="TryTake(int, out Errno)"/>
    /// <param name="own">Makes the owner of the copy.</param>
    public T? TryTake<T>(int number, Func<int, T> own, out Errno errno)
        where T : Descriptor
    {
        var taken = Libc.PidfdGetFd(this, number);
        errno = Libc.ErrnoOf(taken);
        return taken < 0 ? null : own((int)taken);
    }

    /// <summary>ESRCH if the process has ended and was reaped; a zombie accepts signals without effect.</summary>
    public Errno SendSignal(Signal signal) => Libc.ErrnoOf(Libc.PidfdSendSignal(this, signal.Number));

    /// <summary>True if the process has ended, reaped or not. Does not reap.</summary>
    public bool HasEnded => WaitForEnd(TimeSpan.Zero);

    /// <summary>Blocks until the process ends, a signal arrives, or <paramref name="patience"/> is over. Does not reap.</summary>
    public unsafe bool WaitForEnd(TimeSpan patience)
    {
        var entry = new Libc.PollEntry { Descriptor = Number, Events = Libc.PollEntry.In };
        return Libc.Poll(&entry, 1, (int)Math.Ceiling(patience.TotalMilliseconds)) > 0;
    }

    /// <summary>Reaps the process if it has ended: waitid(2) by pidfd, Linux 5.4. Does not block.</summary>
    /// <param name="status">Null while the process runs.</param>
    /// <returns>ECHILD if it is not a child of this process, or was reaped before.</returns>
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

    /// <summary>
    /// The exit status of a process that its parent has reaped, which need not be this process: PIDFD_GET_INFO with
    /// PIDFD_INFO_EXIT, Linux 6.15.
    /// </summary>
    /// <param name="status">Null if the process is not reaped yet.</param>
    /// <returns>ENOTTY before Linux 6.13. In 6.13 and 6.14: ESRCH if the process is reaped.</returns>
    public unsafe Errno ReadExit(out ExitStatus? status)
    {
        var info = new Libc.PidfdInfo { Mask = Libc.PidfdInfoExit };
        var errno = Libc.ErrnoOf(Libc.Control(this, Libc.PidfdGetInfo, &info));
        var isTold = errno == Errno.None && (info.Mask & Libc.PidfdInfoExit) != 0;
        status = isTold ? ExitStatus.FromWait(info.ExitCode) : null;
        return errno;
    }

    /// <summary>
    /// SIGKILL to the process group that has the number of this process (PIDFD_SIGNAL_PROCESS_GROUP, Linux 6.9). Unlike
    /// <see cref="ProcessGroup"/> it reaches no later group of that number, so the process may be reaped.
    /// </summary>
    /// <returns>EINVAL before Linux 6.9, ESRCH if there is no such group.</returns>
    public Errno KillGroup() => Libc.ErrnoOf(Libc.PidfdSignalGroup(this, Signal.Kill.Number));

    internal static ExitStatus StatusOf(in Libc.SignalInfo info) => info.Code == Libc.ChildExited
        ? ExitStatus.Exited(info.Status)
        : new ExitStatus(info.Status, Signaled: true, CoreDumped: info.Code == Libc.ChildDumped);
}
