using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>The CPU priority of the calling thread (sched(7)).</summary>
internal static unsafe class Niceness
{
    /// <summary>Steps of nice(2); 10 steps mean about nine times the weight.</summary>
    private const int Step = 10;

    private const int Highest = -20;

    /// <summary>
    /// Raises the priority of this thread above that of the daemon's other threads. With autogroups (sched(7)) it counts only
    /// within the control group and session. New threads and processes get niceness 0 if this thread's is lower
    /// (SCHED_RESET_ON_FORK), else its own.
    /// </summary>
    /// <param name="former">Niceness before the call.</param>
    /// <returns>EPERM or EACCES without CAP_SYS_NICE; ENOTSUP if the thread has a real-time policy, which is not
    /// changed.</returns>
    public static Errno TryImprove(out int former)
    {
        former = 0;
        if (Libc.GetScheduler(0) != Libc.SchedulerOther) return Errno.NotSupported;
        Marshal.SetLastSystemError(0);
        former = Libc.GetPriority(Libc.PriorityOfProcess, 0);
        if (former == -1 && Marshal.GetLastSystemError() is var failed and not 0) return new Errno(failed);
        var none = 0; // struct sched_param
        var errno = Libc.ErrnoOf(Libc.SetPriority(Libc.PriorityOfProcess, 0, Math.Max(former - Step, Highest)));
        if (errno != Errno.None) return errno;
        errno = Libc.ErrnoOf(Libc.SetScheduler(0, Libc.SchedulerOther | Libc.SchedulerResetOnFork, &none));
        // Without the reset, workers would inherit a priority above all others: a slow start is better.
        if (errno != Errno.None) _ = Libc.SetPriority(Libc.PriorityOfProcess, 0, former);
        return errno;
    }
}
