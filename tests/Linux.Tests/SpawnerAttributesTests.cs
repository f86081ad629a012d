using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

[Collection(nameof(Dumpable))]
public sealed class SpawnerAttributesTests
{
    private static readonly Identity Nobody = new(65534, 65533, [65532, 65531]);

    [Fact]
    public void TrySpawn_Identity_IsTakenWithoutPrivileges()
    {
        Root.Require();
        using var worker = TestWorker.Start(TestWorker.Request("/bin/sleep", "1000") with
        {
            Identity = Nobody, NoNewPrivileges = true,
        });

        Assert.Equal("65534 65534 65534 65534", ProcText.Status(worker.Pid, "Uid"));
        Assert.Equal("65533 65533 65533 65533", ProcText.Status(worker.Pid, "Gid"));
        Assert.Equal("65531 65532", ProcText.Status(worker.Pid, "Groups"));
        Assert.Equal("1", ProcText.Status(worker.Pid, "NoNewPrivs"));
        Assert.Equal("0000000000000000", ProcText.Status(worker.Pid, "CapEff"));
        Assert.Equal("0000000000000000", ProcText.Status(worker.Pid, "CapPrm"));
    }

    [Fact]
    public void TrySpawn_Identity_DaemonCanStillBeDumped()
    {
        Root.Require();
        const int getDumpable = 3;
        using var worker = TestWorker.Start(TestWorker.Request("/bin/sleep", "1000") with { Identity = Nobody });

        // Not while a thread of another test has other credentials.
        Deadline.Until(() => Libc.ProcessControl(getDumpable, 0) == 1, "the daemon may be dumped again");
    }

    [Fact]
    public void TrySpawn_NoIdentity_IsTheDaemonsWithoutNoNewPrivileges()
    {
        using var worker = TestWorker.Start("/bin/sleep", "1000");

        Assert.Equal(ProcText.Status(Environment.ProcessId, "Uid"), ProcText.Status(worker.Pid, "Uid"));
        Assert.Equal(ProcText.Status(Environment.ProcessId, "NoNewPrivs"), ProcText.Status(worker.Pid, "NoNewPrivs"));
    }

    [Fact]
    public void TrySpawn_IdentityAndParentDeath_WorkerIsKilled()
    {
        Root.Require();
        TestWorker? worker = null;
        var thread = new Thread(() =>
        {
            using var spawner = new Spawner();
            worker = TestWorker.Start(spawner, TestWorker.Request("/bin/sleep", "1000") with { Identity = Nobody });
        });
        thread.Start();
        thread.Join();

        // The change of uid clears the signal, so it must have been set after.
        using (worker) Assert.Equal(ExitStatus.Killed(Signal.Kill), worker!.AwaitExit());
    }

    [Fact]
    public void TrySpawn_Umask_IsSet()
    {
        using var worker = TestWorker.Start(TestWorker.Request("/bin/sleep", "1000") with { Umask = 0x17 });

        Assert.Equal("0027", ProcText.Status(worker.Pid, "Umask"));
    }

    [Fact]
    public void TrySpawn_Cgroup_IsBornInIt()
    {
        using var group = new TestCgroup();
        using var worker = TestWorker.Start(TestWorker.Request("/bin/sleep", "1000") with { Cgroup = group.Folder });

        Assert.Contains($"/{group.Name}", ProcText.Read(worker.Pid, "cgroup"), StringComparison.Ordinal);
    }
}
