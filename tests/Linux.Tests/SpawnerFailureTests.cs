using System.Globalization;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class SpawnerFailureTests
{
    private static readonly SpawnRequest Valid = TestWorker.Request("/bin/true");

    [Fact]
    public void TrySpawn_NoSuchPath_SaysExecAndPath() =>
        Assert.Equal("exec /nowhere/server: ENOENT", Fails(Valid with { Candidates = ["/nowhere/server"] }));

    [Fact]
    public void TrySpawn_NameNotInPath_SaysExecAndName()
    {
        var request = Valid with { Arguments = ["servr"], Candidates = ProgramPath.Candidates("servr", "/bin:/usr/bin") };

        Assert.Equal("exec servr: ENOENT", Fails(request));
    }

    [Fact]
    public void TrySpawn_NoPlacesToLook_SaysExecAndName() =>
        Assert.Equal("exec servr: ENOENT", Fails(Valid with { Arguments = ["servr"], Candidates = [] }));

    [Fact]
    public void TrySpawn_NotExecutable_SaysWhichWasDenied()
    {
        using var folder = new TemporaryFolder();
        var denied = folder.Write("server", "#!/bin/sh\n");

        Assert.Equal($"exec {denied}: EACCES", Fails(Valid with { Candidates = ["/nowhere/server", denied, "/neither/server"] }));
    }

    [Fact]
    public void TrySpawn_NeitherProgramNorScript_IsNotGivenToAShell()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("server", "exit 0\n", "755");

        Assert.Equal($"exec {text}: ENOEXEC", Fails(Valid with { Candidates = [text, "/bin/true"] }));
    }

    [Fact]
    public void TrySpawn_NoWorkingDirectory_SaysChdir() =>
        Assert.Equal("chdir /nowhere: ENOENT", Fails(Valid with { WorkingDirectory = "/nowhere" }));

    [Fact]
    public void TrySpawn_WorkingDirectoryClosedToUser_IsDeniedAlthoughTheDaemonIsRoot()
    {
        Root.Require();
        using var folder = new TemporaryFolder();
        folder.Mode("", "700");

        var request = Valid with { WorkingDirectory = folder[""], Identity = new Identity(65534, 65534, []) };
        Assert.Equal($"chdir {folder[""]}: EACCES", Fails(request));
    }

    [Fact]
    public void TrySpawn_LimitAboveWhatMayBeSet_SaysWhichLimit()
    {
        var request = Valid with { Limits = [new ResourceLimit("core", 0), new ResourceLimit("nofile", ulong.MaxValue - 1)] };

        Assert.Matches(@"^setrlimit nofile=18446744073709551614: EPERM \(fs\.nr_open is \d+\)$", Fails(request));
    }

    [Fact]
    public void TrySpawn_LimitAboveTheHardOneWithoutTheRight_SaysWhichLimit()
    {
        Assert.SkipWhen(ProcText.HasCapability("CapEff", "sys_resource"), "may raise its limits");
        var hard = ProcText.Limit(Environment.ProcessId, "Max open files").Hard;
        var above = ulong.Parse(hard, CultureInfo.InvariantCulture) + 1;

        var request = Valid with { Limits = [new ResourceLimit("nofile", above)] };
        Assert.Matches($@"^setrlimit nofile={above}: EPERM \((the hard limit|fs\.nr_open) is {hard}\)$", Fails(request));
    }

    [Fact]
    public void TrySpawn_UnknownLimit_IsRefusedByTheKernel() =>
        Assert.Equal("setrlimit files=1: EINVAL", Fails(Valid with { Limits = [new ResourceLimit("files", 1)] }));

    [Fact]
    public void TrySpawn_OomScoreOutOfRange_SaysSo() =>
        Assert.Equal("oom_score_adj 5000: EINVAL", Fails(Valid with { OomScoreAdjust = 5000 }));

    [Fact]
    public void TrySpawn_NoSuchCpu_SaysWhich() =>
        Assert.Equal("sched_setaffinity 4095: EINVAL", Fails(Valid with { Cpus = [4095] }));

    [Fact]
    public void TrySpawn_OtherUserWithoutRoot_SaysSetgroups()
    {
        Assert.SkipWhen(Users.IsRoot, "needs an ordinary user");

        Assert.Equal("setgroups 0: EPERM", Fails(Valid with { Identity = new Identity(0, 0, [0]) }));
    }

    [Fact]
    public void TrySpawn_UserThatMeansUnchanged_IsRefused() =>
        Assert.Equal("setuid -1: EINVAL", Fails(Valid with { Identity = new Identity(uint.MaxValue, 0, []) }));

    [Fact]
    public void TrySpawn_CgroupThatIsNone_SaysCgroup()
    {
        using var folder = new Descriptor(Inheritable.OpenFolder("/tmp"));

        Assert.Equal("cgroup: EBADF", Fails(Valid with { Cgroup = folder }));
    }

    [Fact]
    public void TrySpawn_NulInArgument_IsRefused() => Assert.Equal(
        new SpawnError("argument", "a\0b", Errno.InvalidArgument),
        TestWorker.Fail(Valid with { Arguments = ["true", "a\0b"] }));

    [Fact]
    public void TrySpawn_Fails_LeavesNoDescriptorAndNoChild()
    {
        SpawnThread.Run(spawner =>
        {
            // Of the kinds that a start opens; tests beside this one open some, too.
            const int failures = 300;
            var before = PipesAndProcesses();
            var failing = Valid with { WorkingDirectory = "/nowhere" };
            for (var i = 0; i < failures; i++) Assert.False(spawner.TrySpawn(failing, out _, out _));
            Assert.InRange(PipesAndProcesses(), 0, before + failures - 1);
            return true;
        });
    }

    private static int PipesAndProcesses() => Directory.GetFileSystemEntries("/proc/self/fd")
        .Select(path => new FileInfo(path).LinkTarget)
        .Count(target => target is not null && (target.StartsWith("pipe:", StringComparison.Ordinal) || target == "anon_inode:[pidfd]"));

    private static string Fails(SpawnRequest request) => TestWorker.Fail(request).ToString();
}
