namespace Reuseportd.Hosting;

/// <summary>
/// The threads of the thread pool. If the kernel refuses a thread to the pool (EAGAIN: pids.max, RLIMIT_NPROC, pid_max), the
/// runtime ends the process (.NET 8 and later), and any worker can take all pids. So the pool makes its threads before the first
/// worker starts, and keeps them: see ThreadsToKeepAlive and HillClimbing in Supervisor.csproj.
/// </summary>
internal static class PoolThreads
{
    /// <summary>The threads that the pool makes without delay: MinThreads in Supervisor.csproj.</summary>
    private const int Count = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Occupies all threads at one time, so that each of them is made.</summary>
    public static void MakeAll()
    {
        var running = new CountdownEvent(Count);
        for (var number = 0; number < Count; number++)
            ThreadPool.UnsafeQueueUserWorkItem(
                static running =>
                {
                    running.Signal();
                    running.Wait(Patience);
                },
                running,
                preferLocal: false);
        running.Wait(Patience);
    }
}
