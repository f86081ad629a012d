namespace Reuseportd.Linux.Processes;

/// <summary>
/// The threads of the thread pool. If the kernel refuses a thread to the pool (EAGAIN: pids.max, RLIMIT_NPROC, pid_max), the
/// runtime ends the process (.NET 8 and later), and any worker can take all pids. So the pool makes its threads at the start of
/// the daemon, keeps them (see ThreadTimeoutMs in Supervisor.csproj), and makes no more.
/// </summary>
internal static class PoolThreads
{
    /// <summary>Their number. No more than half of them may wait for something that others can hold up (SlowCalls).</summary>
    public const int Count = 32;

    private const int StackBytes = 64 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Makes all threads of the pool. Without room for them, as when an earlier daemon's workers have taken all pids, the pool
    /// makes threads on demand.
    /// </summary>
    public static void MakeAll()
    {
        ThreadPool.GetMinThreads(out _, out var ports);
        ThreadPool.SetMinThreads(Count, ports);
        // The kernel may count a thread that has ended for a while yet.
        if (!HasRoomFor(2 * Count)) return;
        // Otherwise a pool that is not served for half a second on a busy machine makes one more.
        ThreadPool.SetMaxThreads(Count, Count);
        // Each work item waits for all others, so each has a thread of its own.
        var others = Thread.CurrentThread.IsThreadPoolThread ? Count - 1 : Count;
        var running = new CountdownEvent(others);
        for (var number = 0; number < others; number++)
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

    /// <summary>A thread that is not of the pool fails with an exception.</summary>
    private static bool HasRoomFor(int count)
    {
        using var end = new ManualResetEventSlim();
        var threads = new List<Thread>(count);
        try
        {
            for (var number = 0; number < count; number++)
            {
                var thread = new Thread(end.Wait, StackBytes) { IsBackground = true };
                thread.Start();
                threads.Add(thread);
            }

            return true;
        }
        catch (OutOfMemoryException)
        {
            return false;
        }
        finally
        {
            end.Set();
            foreach (var thread in threads) thread.Join();
        }
    }
}
