using Reuseportd.Linux.Processes;

namespace Reuseportd.Runtime.Messages;

/// <summary>
/// Calls that may wait without limit for a file system or a directory service. The thread pool also answers clients and watches
/// sockets, so only some of these calls may occupy its threads. Thread-safe.
/// </summary>
internal static class SlowCalls
{
    /// <summary>
    /// Calls that the thread pool runs at one time. Each further call has a thread of its own, which ends with it.
    /// </summary>
    public const int MostInPool = PoolThreads.Count / 2;

    private static int _running;

    /// <summary>Begins the call on another thread.</summary>
    /// <returns>Fails with <see cref="TaskSchedulerException"/> if there is no memory or pid for a thread.</returns>
    public static Task<T> Run<T>(Func<T> call)
    {
        var isOwn = Interlocked.Increment(ref _running) > MostInPool;
        try
        {
            return Start(call, isOwn ? TaskCreationOptions.LongRunning : TaskCreationOptions.None);
        }
        catch (TaskSchedulerException noThread)
        {
            Interlocked.Decrement(ref _running);
            return Task.FromException<T>(noThread);
        }
    }

    private static Task<T> Start<T>(Func<T> call, TaskCreationOptions options) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                return call();
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
        },
        CancellationToken.None,
        options | TaskCreationOptions.DenyChildAttach,
        TaskScheduler.Default);
}
