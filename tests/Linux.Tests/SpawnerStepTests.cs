using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>Steps that fail only if a sandbox refuses the call. Each error has its step and value.</summary>
public sealed class SpawnerStepTests
{
    private const int NotPermitted = 1;

    private static readonly SpawnRequest Everything = TestWorker.Request("/bin/true") with
    {
        Identity = new Identity(65534, 65533, [65532]),
        AmbientCapabilities = [Capability.TryParse("net_bind_service")!.Value, Capability.TryParse("net_raw")!.Value],
        NoNewPrivileges = true,
        Nice = 3,
        Scheduling = new SchedulingSpec(SchedulingPolicy.Batch, 0),
        IoPriority = new IoPrioritySpec(IoClass.BestEffort, 6),
        Limits = [new ResourceLimit("core", 0)],
        Cpus = [CpuSet.Allowed()[0]],
        WorkingDirectory = "/",
    };

    public static TheoryData<uint, string> Calls => new()
    {
        { 112, "setsid: EPERM" },
        { 203, $"sched_setaffinity {CpuSet.Allowed()[0]}: EPERM" },
        { 302, "setrlimit core=0: EPERM" },
        { 141, "setpriority nice=3: EPERM" },
        { 144, "sched_setscheduler batch: EPERM" },
        { 251, "ioprio_set best-effort:6: EPERM" },
        { 116, "setgroups 65532: EPERM" },
        { 119, "setgid 65533: EPERM" },
        { 117, "setuid 65534: EPERM" },
        { 125, "capget: EPERM" },
        { 126, "capset net_bind_service,net_raw: EPERM" },
        { 80, "chdir /: EPERM" },
        { 59, "exec /bin/true: EPERM" },
    };

    public static TheoryData<uint, string> Controls => new()
    {
        { 47, "prctl ambient=none: EPERM" },
        { 8, "prctl keepcaps=1: EPERM" },
        { 38, "prctl no_new_privs=1: EPERM" },
        { 1, "prctl pdeathsig=SIGKILL: EPERM" },
    };

    [Theory]
    [MemberData(nameof(Calls))]
    public void TrySpawn_CallIsRefused_NamesStepAndValue(uint call, string expected)
    {
        Root.Require();
        OldKernel.RequireNumbers();
        OldKernel.Without([call], NotPermitted, () => Assert.Equal(expected, Fail()));
    }

    [Theory]
    [MemberData(nameof(Controls))]
    public void TrySpawn_ControlIsRefused_NamesStepAndValue(uint option, string expected)
    {
        Root.Require();
        OldKernel.RequireNumbers();
        OldKernel.WithoutControl(option, () => Assert.Equal(expected, Fail()));
    }

    private static string Fail()
    {
        using var spawner = new Spawner();
        Assert.False(spawner.TrySpawn(Everything, out _, out var error), "it started");
        return error.ToString();
    }
}
