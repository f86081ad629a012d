using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>How soon the calling thread gets a processor among those that want one (sched(7)).</summary>
internal static unsafe class Niceness
{
    /// <summary>Places on the scale of nice(2), on which 10 are a weight of about nine others.</summary>
    private const int Step = 10;

    private const int Highest = -20;

    /// <summary>
    /// Ahead of the threads that are no better than this one is now; of others in its control group and session only, where the
    /// kernel weighs those (sched(7), autogroups). What it starts, threads and processes, gets niceness 0 from the kernel where
    /// this thread's is below that (SCHED_RESET_ON_FORK), and else its own.
    /// </summary>
    /// <param name="former">Niceness until now.</param>
    /// <returns>EPERM or EACCES without CAP_SYS_NICE; ENOTSUP where it has another policy than the usual one, which is left.</returns>
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
        // Better late than workers that are ahead of all others.
        if (errno != Errno.None) _ = Libc.SetPriority(Libc.PriorityOfProcess, 0, former);
        return errno;
    }
}
