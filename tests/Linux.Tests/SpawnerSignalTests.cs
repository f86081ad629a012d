using System.Runtime.InteropServices;
using Linux.Tests.Harness;

namespace Linux.Tests;

/// <summary>A process starts with the default action of all signals, independent of the signals of the daemon.</summary>
public sealed unsafe partial class SpawnerSignalTests
{
    private const string None = "0000000000000000";

    [Fact]
    public void TrySpawn_RuntimeIgnoresAndHandlesSome_StartsWithDefaultSignals()
    {
        using var worker = TestWorker.Start("/bin/sleep", "1000");

        // The runtime of these tests ignores SIGPIPE and handles other signals.
        Assert.NotEqual(None, ProcText.Status(Environment.ProcessId, "SigIgn"));
        AssertDefault(worker);
    }

    [Theory]
    [InlineData(34)]
    [InlineData(50)]
    [InlineData(64)]
    public void TrySpawn_IgnoredSinceTheSpawnerWasMade_IsDefaultAgain(int signal)
    {
        const nint ignore = 1;
        SpawnThread.Run(_ => true); // a spawner is there by now
        var before = Libc.SetDisposition(signal, ignore);
        try
        {
            Assert.NotEqual(0UL, Convert.ToUInt64(ProcText.Status(Environment.ProcessId, "SigIgn"), 16) & 1UL << signal - 1);
            using var worker = TestWorker.Start("/bin/sleep", "1000");
            AssertDefault(worker);
        }
        finally
        {
            Libc.SetDisposition(signal, before);
        }
    }

    [Fact]
    public void TrySpawn_SpawningThreadBlocksAll_StartsWithNoneBlocked()
    {
        SpawnThread.Run(_ => true);
        TestWorker? worker = null;
        string? blocked = null;
        var thread = new Thread(() =>
        {
            const int block = 0;
            var all = stackalloc ulong[16];
            new Span<ulong>(all, 16).Fill(ulong.MaxValue);
            Assert.Equal(0, Mask(block, all, null));
            blocked = File.ReadLines("/proc/thread-self/status")
                .Single(line => line.StartsWith("SigBlk:", StringComparison.Ordinal));
            using var spawner = new Spawner();
            worker = TestWorker.Start(spawner, TestWorker.Request("/bin/sleep", "1000") with { DieWithParent = false });
        });
        thread.Start();
        thread.Join();

        using (worker)
        {
            Assert.NotEqual($"SigBlk:\t{None}", blocked);
            AssertDefault(worker!);
        }
    }

    private static void AssertDefault(TestWorker worker)
    {
        foreach (var field in (string[])["SigIgn", "SigBlk", "SigCgt"]) Assert.Equal(None, ProcText.Status(worker.Pid, field));
    }

    [LibraryImport("libc", EntryPoint = "pthread_sigmask")]
    private static partial int Mask(int how, ulong* set, ulong* before);
}
