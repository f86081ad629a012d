using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>Starts for which the kernel answers ENOMEM to clone(2).</summary>
public sealed class SpawnerMemoryTests
{
    [Fact]
    public void TrySpawn_CloneHasNoMemory_FailsWithTheLimit() => EndedInit.Run(spawner =>
    {
        for (var tries = 0; tries < 3; tries++) AssertFails("clone", spawner, TestWorker.Request("/bin/true"));
    });

    [Fact]
    public void TrySpawn_CloneIntoCgroupHasNoMemory_FailsWithTheLimit()
    {
        using var group = new TestCgroup();
        EndedInit.Run(spawner => AssertFails("cgroup", spawner, TestWorker.Request("/bin/true") with { Cgroup = group.Folder }));
    }

    [Fact]
    public void TrySpawn_CloneHasNoMemoryOnOneThread_StartsOnAnother()
    {
        using var before = TestWorker.Start("/bin/true");
        EndedInit.Run(spawner =>
        {
            AssertFails("clone", spawner, TestWorker.Request("/bin/true"));
            using var during = TestWorker.Start("/bin/true");
            Assert.True(during.AwaitExit().Success);
        });
    }

    private static void AssertFails(string step, Spawner spawner, SpawnRequest request)
    {
        Assert.False(spawner.TrySpawn(request, out _, out var error), "it started");
        Assert.Equal((step, Errno.NoMemory), (error.Step, error.Errno));
        Assert.Contains("ENOMEM", StartLimits.MetBy(error), StringComparison.Ordinal);
    }
}
