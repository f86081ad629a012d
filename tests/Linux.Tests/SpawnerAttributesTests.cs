using System.Globalization;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class SpawnerAttributesTests
{
    private static readonly Identity Nobody = new(65534, 65533, [65532, 65531]);

    [Fact]
    public void TrySpawn_Identity_IsTakenWithoutPrivileges()
    {
        Root.Require();
        using var worker = TestWorker.Start(TestWorker.Request("/bin/sleep", "1000") with { Identity = Nobody });

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
        Assert.Equal(1, Libc.ProcessControl(getDumpable, 0));
        using var worker = TestWorker.Start(TestWorker.Request("/bin/sleep", "1000") with { Identity = Nobody });

        Assert.Equal(1, Libc.ProcessControl(getDumpable, 0));
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

    [Theory]
    [InlineData("cpu", 1000, "Max cpu time")]
    [InlineData("fsize", 100000, "Max file size")]
    [InlineData("data", 1000000000, "Max data size")]
    [InlineData("stack", 1000000, "Max stack size")]
    [InlineData("core", 0, "Max core file size")]
    [InlineData("rss", 100000000, "Max resident set")]
    [InlineData("nproc", 2000, "Max processes")]
    [InlineData("nofile", 100, "Max open files")]
    [InlineData("memlock", 4096, "Max locked memory")]
    [InlineData("as", 2000000000, "Max address space")]
    [InlineData("locks", 100, "Max file locks")]
    [InlineData("sigpending", 100, "Max pending signals")]
    [InlineData("msgqueue", 8192, "Max msgqueue size")]
    [InlineData("nice", 0, "Max nice priority")]
    [InlineData("rtprio", 0, "Max realtime priority")]
    [InlineData("rttime", 100000, "Max realtime timeout")]
    public void TrySpawn_Limit_IsBothSoftAndHard(string name, long value, string words)
    {
        using var worker = TestWorker.Start(
            TestWorker.Request("/bin/sleep", "1000") with { Limits = [new ResourceLimit(name, (ulong)value)] });

        var expected = value.ToString(CultureInfo.InvariantCulture);
        Assert.Equal((expected, expected), ProcText.Limit(worker.Pid, words));
    }

    [Fact]
    public void TrySpawn_SpawnerWithFormerLimit_GivesItBackToThoseWithoutTheirOwn()
    {
        using var spawner = new Spawner(new LimitPair(123, 456));
        var request = TestWorker.Request("/bin/sleep", "1000") with { DieWithParent = false };
        var own = request with { Limits = [new ResourceLimit("core", 0), new ResourceLimit("nofile", 200)] };
        using var first = SpawnThread.Run(_ => TestWorker.Start(spawner, request));
        using var second = SpawnThread.Run(_ => TestWorker.Start(spawner, own));

        Assert.Equal(("123", "456"), ProcText.Limit(first.Pid, "Max open files"));
        Assert.Equal(("200", "200"), ProcText.Limit(second.Pid, "Max open files"));
    }

    [Fact]
    public void TrySpawn_NiceAndOomScore_AreTheWorkersAlone()
    {
        var before = ProcText.Read(Environment.ProcessId, "oom_score_adj");
        using var worker = TestWorker.Start(TestWorker.Request("/bin/sleep", "1000") with { Nice = 7, OomScoreAdjust = 321 });

        Assert.Equal(7, ProcText.Stat(worker.Pid, 19));
        Assert.Equal("321", ProcText.Read(worker.Pid, "oom_score_adj"));
        // The two share their memory until exec, by which the kernel otherwise keeps the scores of processes the same.
        Assert.Equal(before, ProcText.Read(Environment.ProcessId, "oom_score_adj"));
    }

    [Fact]
    public void TrySpawn_NegativeOomScore_IsWritten()
    {
        Root.Require();
        var own = int.Parse(ProcText.Read(Environment.ProcessId, "oom_score_adj"), CultureInfo.InvariantCulture);
        Assert.SkipUnless(HasCapability(24) || own <= -10, "needs CAP_SYS_RESOURCE");
        using var worker = TestWorker.Start(TestWorker.Request("/bin/sleep", "1000") with { OomScoreAdjust = -10 });

        Assert.Equal("-10", ProcText.Read(worker.Pid, "oom_score_adj"));
    }

    [Fact]
    public void TrySpawn_Cpus_AreThoseItMayUse()
    {
        var last = CpuSet.Allowed()[^1];
        using var worker = TestWorker.Start(TestWorker.Request("/bin/sleep", "1000") with { Cpus = [last] });

        Assert.Equal($"{last}", ProcText.Status(worker.Pid, "Cpus_allowed_list"));
    }

    [Fact]
    public void TrySpawn_Cgroup_IsBornInIt()
    {
        using var group = new TestCgroup();
        using var worker = TestWorker.Start(TestWorker.Request("/bin/sleep", "1000") with { Cgroup = group.Folder });

        Assert.Contains($"/{group.Name}", ProcText.Read(worker.Pid, "cgroup"), StringComparison.Ordinal);
    }

    private static bool HasCapability(int number) =>
        (Convert.ToUInt64(ProcText.Status(Environment.ProcessId, "CapEff"), 16) >> number & 1) != 0;
}
