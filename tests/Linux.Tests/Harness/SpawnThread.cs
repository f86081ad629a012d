using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Linux.Tests.Harness;

/// <summary>
/// A thread that spawns, so that leftovers of a test end with the test process. The class also knows the workers of all
/// threads, so that reaping orphans does not take the exit status of a worker.
/// </summary>
internal static class SpawnThread
{
    private static readonly BlockingCollection<Action<Spawner>> Work = [];
    private static readonly ConcurrentDictionary<int, byte> Workers = [];

    /// <summary>
    /// At the start of the process: the first user of this class may be a thread in a network namespace of its own, and a new
    /// thread is in that of its maker.
    /// </summary>
    [ModuleInitializer]
    internal static void Start() => new Thread(Loop) { IsBackground = true, Name = "spawn" }.Start();

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

    public static bool IsWorker(int pid) => Workers.ContainsKey(pid);

    public static void Add(int pid) => Workers.TryAdd(pid, 0);

    public static void Remove(int pid) => Workers.TryRemove(pid, out _);

    private static void Loop()
    {
        using var spawner = new Spawner();
        foreach (var work in Work.GetConsumingEnumerable()) work(spawner);
    }
}
