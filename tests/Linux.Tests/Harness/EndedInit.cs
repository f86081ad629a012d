using System.Runtime.InteropServices;
using Reuseportd.Model;

namespace Linux.Tests.Harness;

/// <summary>
/// Runs work on a thread where clone(2) fails with ENOMEM: the init process of its pid namespace for children has ended
/// (pid_namespaces(7)). Other threads are not affected. The thread itself cannot create threads.
/// </summary>
internal static partial class EndedInit
{
    private const int NewPidNamespace = 0x20000000;

    /// <summary>Skips the test if the namespace is not permitted.</summary>
    public static void Run(Action<Spawner> work)
    {
        Root.Require();
        Exception? failure = null;
        var isPermitted = true;
        var thread = new Thread(() =>
        {
            try
            {
                isPermitted = Unshare(NewPidNamespace) == 0;
                if (!isPermitted) return;
                using var spawner = new Spawner();
                StartAndEndInit(spawner);
                work(spawner);
            }
            catch (Exception exception)
            {
                failure = exception;
            }
        });
        thread.Start();
        thread.Join();
        Assert.SkipUnless(isPermitted, "unshare(2) of a pid namespace is not permitted");
        if (failure is not null) throw new InvalidOperationException("on the thread whose init has ended", failure);
    }

    /// <summary>The first process becomes the init. It sees the parent pid 0, so it cannot watch its parent.</summary>
    private static void StartAndEndInit(Spawner spawner)
    {
        var request = TestWorker.Request("/bin/true") with { DieWithParent = false };
        Assert.True(spawner.TrySpawn(request, out var init, out var error), error?.ToString());
        using (init.Process)
        using (init.Stdout)
        using (init.Stderr)
        {
            Assert.True(init.Process.WaitForEnd(Deadline.Patience), "the init still runs");
            Assert.Equal(Errno.None, init.Process.Wait(out _));
        }
    }

    [LibraryImport("libc", EntryPoint = "unshare")]
    private static partial int Unshare(int flags);
}
