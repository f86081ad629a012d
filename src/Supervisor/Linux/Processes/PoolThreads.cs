using Reuseportd.Linux.Interop;
using Reuseportd.Model;

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

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Makes all threads of the pool. Without room for them, as when an earlier daemon's workers have taken all pids, the pool
    /// makes threads on demand.
    /// </summary>
    /// <returns>Completed when all threads are there, or cannot be made.</returns>
    public static Task MakeAllAsync()
    {
        ThreadPool.GetMinThreads(out _, out var ports);
        ThreadPool.SetMinThreads(Count, ports);
        if (!HasRoom()) return Task.CompletedTask;
        // Otherwise a pool that is not served for half a second on a busy machine makes one more.
        ThreadPool.SetMaxThreads(Count, Count);
        var meeting = new Meeting();
        for (var number = 0; number < Count; number++)
            ThreadPool.UnsafeQueueUserWorkItem(meeting, preferLocal: false);
        return meeting.All.WaitAsync(Patience).ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>The kernel may count a thread that has ended for a while yet, so there must be room for twice as many.</summary>
    private static bool HasRoom() => Native.TryThreads(2 * Count) == 0;

    /// <summary>Work items that wait for each other, so that each has a thread of its own.</summary>
    private sealed class Meeting : IThreadPoolWorkItem
    {
        // A monitor, as the slim events would spin on all threads.
        private readonly object _gate = new();
        private readonly TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _missing = Count;

        public Task All => _all.Task;

        public void Execute()
        {
            lock (_gate)
            {
                if (--_missing > 0)
                {
                    Monitor.Wait(_gate, Patience);
                    return;
                }

                Monitor.PulseAll(_gate);
            }

            _all.TrySetResult();
        }
    }
}
