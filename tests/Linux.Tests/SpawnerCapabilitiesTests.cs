using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>Rights of a process after exec, by <c>/proc/PID/status</c>.</summary>
[Collection(nameof(Dumpable))]
public sealed class SpawnerCapabilitiesTests
{
    private const string None = "0000000000000000";
    private const string Bind = "0000000000000400";
    private const string BindAndRaw = "0000000000002400";

    private static readonly Identity Nobody = new(OrdinaryUser.Number, OrdinaryUser.Number, []);
    private static readonly Capability NetBind = Capability.TryParse("net_bind_service")!.Value;
    private static readonly Capability NetRaw = Capability.TryParse("net_raw")!.Value;
    private static readonly SpawnRequest Sleep = TestWorker.Request("/bin/sleep", "1000");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TrySpawn_AmbientCapabilities_AreKeptOverTheChangeOfUserAndNoOthers(bool noNewPrivileges)
    {
        Root.Require();
        using var worker = TestWorker.Start(Sleep with
        {
            Identity = Nobody, AmbientCapabilities = [NetBind, NetRaw], NoNewPrivileges = noNewPrivileges,
        });

        Assert.Equal(Sets(BindAndRaw), SetsOf(worker));
        Assert.Equal(noNewPrivileges ? "1" : "0", ProcText.Status(worker.Pid, "NoNewPrivs"));
        Assert.Equal(ProcText.Status(Environment.ProcessId, "CapBnd"), ProcText.Status(worker.Pid, "CapBnd"));
    }

    [Fact]
    public void TrySpawn_AmbientCapabilities_KeepTheLoaderOutOfSecureMode()
    {
        Root.Require();
        using var folder = new TemporaryFolder();
        var request = TestWorker.Request(folder.Copy(TestPrograms.Path("binds"), "server"));
        using var worker = TestWorker.Start(
            request with { Identity = Nobody, AmbientCapabilities = [NetBind], NoNewPrivileges = true });
        Assert.Equal("ready", worker.Out!.ReadLine());

        Assert.Equal(false, RunningProgram.TryOpen(worker.Pid)!.IsSecure());
    }

    [Fact]
    public void TrySpawn_AmbientCapabilities_DaemonIsUnchanged()
    {
        Root.Require();
        var fields = (string[])["CapInh", "CapPrm", "CapEff", "CapAmb", "Uid"];
        var before = fields.Select(field => ProcText.Status(Environment.ProcessId, field)).ToArray();
        using (TestWorker.Start(Sleep with { Identity = Nobody, AmbientCapabilities = [NetBind] }))
            Assert.Equal(before, fields.Select(field => ProcText.Status(Environment.ProcessId, field)));
    }

    [Fact]
    public void TrySpawn_AmbientCapabilitiesAndRoot_HasAllCapabilities()
    {
        Root.Require();
        using var plain = TestWorker.Start(Sleep);
        using var worker = TestWorker.Start(Sleep with { AmbientCapabilities = [NetBind] });

        Assert.Equal(ProcText.Status(plain.Pid, "CapEff"), ProcText.Status(worker.Pid, "CapEff"));
        Assert.Equal(Bind, ProcText.Status(worker.Pid, "CapAmb"));
    }

    [Fact]
    public void TrySpawn_CapabilityThatTheDaemonLacks_IsNamed()
    {
        Root.Require();
        var missing = Enumerable.Range(0, Capability.Names.Count).Select(number => new Capability(number))
            .FirstOrDefault(capability => (Capabilities.Bounding() & capability.Bit) == 0, new Capability(63));
        var error = TestWorker.Fail(Sleep with { Identity = Nobody, AmbientCapabilities = [NetBind, missing] });

        // The kernel checks an unknown number before the permission.
        Assert.Equal($"prctl ambient={missing}: {(missing.Number == 63 ? "EINVAL" : "EPERM")}", error.ToString());
    }

    [Fact]
    public void TrySpawn_OrdinaryUserWithCapabilities_HandsThemOn() => OrdinaryUser.Run([NetBind, NetRaw], spawner =>
    {
        using var inherits = TestWorker.Start(spawner, Sleep);
        using var some = TestWorker.Start(spawner, Sleep with { AmbientCapabilities = [NetBind] });
        using var none = TestWorker.Start(spawner, Sleep with { AmbientCapabilities = [] });

        Assert.Equal(Sets(BindAndRaw), SetsOf(inherits));
        Assert.Equal(Sets(Bind), SetsOf(some));
        Assert.Equal(Sets(None), SetsOf(none));
    });

    [Fact]
    public void TrySpawn_OrdinaryUserAsItself_KeepsTheCapabilities() => OrdinaryUser.Run([NetBind, NetRaw], spawner =>
    {
        var request = Sleep with { Identity = Nobody, AmbientCapabilities = [NetRaw], NoNewPrivileges = true };
        using var worker = TestWorker.Start(spawner, request);

        Assert.Equal(Sets("0000000000002000"), SetsOf(worker));
    });

    [Fact]
    public void TrySpawn_OrdinaryUserWithoutCapabilities_NamesTheFirst() => OrdinaryUser.Run([], spawner =>
    {
        var request = Sleep with { AmbientCapabilities = [NetBind, NetRaw] };
        Assert.Equal("prctl ambient=net_bind_service: EPERM", Fails(spawner, request));
    });

    [Fact]
    public void TrySpawn_OrdinaryUser_EachStepThatNeedsARightIsNamed() => OrdinaryUser.Run([], spawner =>
    {
        var root = new Identity(0, 0, [4, 33]);
        Assert.Equal("setgroups 4,33: EPERM", Fails(spawner, Sleep with { Identity = root }));
        Assert.Equal("setpriority nice=-5: EACCES", Fails(spawner, Sleep with { Nice = -5 }));
        Assert.Equal(
            "sched_setscheduler fifo:50: EPERM",
            Fails(spawner, Sleep with { Scheduling = new SchedulingSpec(SchedulingPolicy.Fifo, 50) }));
        Assert.Equal(
            "ioprio_set realtime:0: EPERM",
            Fails(spawner, Sleep with { IoPriority = new IoPrioritySpec(IoClass.Realtime, 0) }));
        Assert.Equal("oom_score_adj -1000: EACCES", Fails(spawner, Sleep with { OomScoreAdjust = -1000 }));
    });

    [Fact]
    public void TrySpawn_InheritableCapabilityOfTheDaemon_EndsWithTheChangeOfUser() => OrdinaryUser.NotYet([NetRaw], spawner =>
    {
        using var own = TestWorker.Start(spawner, Sleep);
        using var worker = TestWorker.Start(spawner, Sleep with { Identity = Nobody });

        Assert.Equal("0000000000002000", ProcText.Status(own.Pid, "CapInh"));
        Assert.Equal(Sets(None), SetsOf(worker));
    });

    private static string Fails(Spawner spawner, SpawnRequest request)
    {
        Assert.False(spawner.TrySpawn(request, out _, out var error), "it started");
        return error.ToString();
    }

    private static string[] Sets(string set) => [set, set, set, set];

    private static string[] SetsOf(TestWorker worker) =>
        [.. new[] { "CapInh", "CapPrm", "CapEff", "CapAmb" }.Select(field => ProcText.Status(worker.Pid, field))];
}
