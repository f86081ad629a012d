using System.Globalization;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>Limits and priorities of a process, read from the kernel.</summary>
public sealed class SpawnerResourcesTests
{
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

    [Theory]
    [InlineData("cpu", "Max cpu time")]
    [InlineData("fsize", "Max file size")]
    [InlineData("data", "Max data size")]
    [InlineData("stack", "Max stack size")]
    [InlineData("core", "Max core file size")]
    [InlineData("rss", "Max resident set")]
    [InlineData("nproc", "Max processes")]
    [InlineData("memlock", "Max locked memory")]
    [InlineData("as", "Max address space")]
    [InlineData("locks", "Max file locks")]
    [InlineData("sigpending", "Max pending signals")]
    [InlineData("msgqueue", "Max msgqueue size")]
    [InlineData("nice", "Max nice priority")]
    [InlineData("rtprio", "Max realtime priority")]
    [InlineData("rttime", "Max realtime timeout")]
    public void TrySpawn_InfiniteLimit_IsSetOrNamed(string name, string words)
    {
        // An ordinary user, or root without CAP_SYS_RESOURCE, may raise a limit to the hard limit only.
        var mayRaise = ProcText.HasCapability("CapEff", "sys_resource")
                       || ProcText.Limit(Environment.ProcessId, words).Hard == "unlimited";
        var request = TestWorker.Request("/bin/sleep", "1000") with
        {
            Limits = [new ResourceLimit(name, ResourceLimit.Infinity)],
        };
        if (!mayRaise)
        {
            var error = TestWorker.Fail(request);
            Assert.Equal(("setrlimit", $"{name}=infinity", Errno.NotPermitted), (error.Step, error.Value, error.Errno));
            Assert.Contains(ProcText.Limit(Environment.ProcessId, words).Hard, error.Barrier, StringComparison.Ordinal);
            return;
        }

        using var worker = TestWorker.Start(request);
        Assert.Equal(("unlimited", "unlimited"), ProcText.Limit(worker.Pid, words));
    }

    [Fact]
    public void TrySpawn_InfinitelyManyDescriptors_IsMoreThanTheKernelGives()
    {
        // fs.nr_open bounds root too.
        var request = TestWorker.Request("/bin/true") with { Limits = [new ResourceLimit("nofile", ResourceLimit.Infinity)] };

        Assert.Matches(@"^fs\.nr_open .*\d+$", TestWorker.Fail(request).Barrier);
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
        // The two processes share memory until exec, and the kernel otherwise keeps the scores of such processes equal.
        Assert.Equal(before, ProcText.Read(Environment.ProcessId, "oom_score_adj"));
    }

    [Fact]
    public void TrySpawn_NegativeOomScore_IsWritten()
    {
        Root.Require();
        var own = int.Parse(ProcText.Read(Environment.ProcessId, "oom_score_adj"), CultureInfo.InvariantCulture);
        Assert.SkipUnless(ProcText.HasCapability("CapEff", "sys_resource") || own <= -10, "needs CAP_SYS_RESOURCE");
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
    public void TrySpawn_CpuBesideThoseAllowed_IsNotPassedOver()
    {
        var first = CpuSet.Allowed()[0];
        var request = TestWorker.Request("/bin/true") with { Cpus = [first, 4095] };

        var error = TestWorker.Fail(request);
        Assert.Equal(("sched_setaffinity", Errno.InvalidArgument), (error.Step, error.Errno));
        Assert.StartsWith($"{first},4095 (CPU 4095 ", error.Value, StringComparison.Ordinal);
    }
}
