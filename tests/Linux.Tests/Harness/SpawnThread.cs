using System.Collections.Concurrent;

namespace Linux.Tests.Harness;

/// <summary>
/// The only thread that spawns, so that leftovers of a test end with the test process. It also knows all workers, so that
/// reaping orphans on it does not take the exit status of a worker.
/// </summary>
internal static class SpawnThread
{
    private static readonly BlockingCollection<Action<Spawner>> Work = [];
    private static readonly HashSet<int> Workers = [];

    static SpawnThread() => new Thread(Loop) { IsBackground = true, Name = "spawn" }.Start();

    public static T Run<T>(Func<Spawner, T> work)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        Work.Add(spawner =>
        {
            try
            {
                done.SetResult(work(spawner));
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    /// <summary>Only on this thread.</summary>
    public static bool IsWorker(int pid) => Workers.Contains(pid);

    /// <summary>Only on this thread.</summary>
    public static void Add(int pid) => Workers.Add(pid);

    public static void Remove(int pid) => Run(_ => Workers.Remove(pid));

    private static void Loop()
    {
        using var spawner = new Spawner();
        foreach (var work in Work.GetConsumingEnumerable()) work(spawner);
    }
}
