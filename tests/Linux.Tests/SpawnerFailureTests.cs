using System.Globalization;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class SpawnerFailureTests
{
    private static readonly SpawnRequest Valid = TestWorker.Request("/bin/true");

    [Fact]
    public void TrySpawn_NoSuchPath_FailsAtExec() =>
        AssertFails("exec /nowhere/server: ENOENT", "no such file", Valid with { Candidates = ["/nowhere/server"] });

    [Fact]
    public void TrySpawn_NameNotInPath_FailsAtExec()
    {
        var request = Valid with { Arguments = ["servr"], Candidates = ProgramPath.Candidates("servr", "/bin:/usr/bin") };

        AssertFails("exec servr: ENOENT", "PATH", request);
    }

    [Fact]
    public void TrySpawn_NoCandidates_FailsAtExec() =>
        AssertFails("exec servr: ENOENT", "PATH", Valid with { Arguments = ["servr"], Candidates = [] });

    [Fact]
    public void TrySpawn_NotExecutable_NamesTheDeniedPath()
    {
        using var folder = new TemporaryFolder();
        var denied = folder.Write("server", "#!/bin/sh\n");

        AssertFails(
            $"exec {denied}: EACCES", "executable", Valid with { Candidates = ["/nowhere/server", denied, "/neither/server"] });
    }

    [Fact]
    public void TrySpawn_NeitherProgramNorScript_IsNotGivenToAShell()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Script("server", "exit 0\n");

        AssertFails($"exec {text}: ENOEXEC", "#!", Valid with { Candidates = [text, "/bin/true"] });
    }

    [Fact]
    public void TrySpawn_NoWorkingDirectory_FailsAtChdir() =>
        Assert.Equal("chdir /nowhere: ENOENT", Fails(Valid with { WorkingDirectory = "/nowhere" }));

    [Fact]
    public void TrySpawn_WorkingDirectoryClosedToUser_IsDeniedAlthoughTheDaemonIsRoot()
    {
        Root.Require();
        using var folder = new TemporaryFolder();
        folder.Mode("", "700");

        var request = Valid with { WorkingDirectory = folder[""], Identity = new Identity(65534, 65534, []) };
        var path = folder[""].TrimEnd('/');
        AssertFails($"chdir {folder[""]}: EACCES", "user 65534", request);
        AssertFails($"chdir {folder[""]}: EACCES", path, request);
        var named = request with { Account = new Account("nobody", request.Identity!, null, null) };
        AssertFails($"chdir {folder[""]}: EACCES", "user nobody", named);
    }

    [Theory]
    [InlineData("#!/no/such/interpreter -x\n", "/no/such/interpreter")]
    [InlineData("#!/bin/sh\r\n", "carriage return")]
    public void TrySpawn_InterpreterIsMissing_NamesIt(string text, string fact)
    {
        using var folder = new TemporaryFolder();
        var script = folder.Script("server", text);

        AssertFails($"exec {script}: ENOENT", fact, Valid with { Candidates = [script] });
        // PATH has the script, so the barrier must not be that PATH lacks it.
        var named = Valid with { Arguments = ["server"], Candidates = ["/nowhere/server", script, "/neither/server"] };
        AssertFails("exec server: ENOENT", fact, named);
        // Relative to the working directory of the worker, not of the daemon.
        var relative = Valid with { Arguments = ["./server"], Candidates = ["./server"], WorkingDirectory = folder[""] };
        AssertFails("exec ./server: ENOENT", fact, relative);
    }

    [Fact]
    public void TrySpawn_ScriptOfAScriptWithoutInterpreter_NamesTheInterpreter()
    {
        using var folder = new TemporaryFolder();
        var inner = folder.Script("inner", "#!/no/such\n");
        var outer = folder.Script("outer", $"#!{inner}\n");

        AssertFails($"exec {outer}: ENOENT", "/no/such", Valid with { Candidates = [outer] });
    }

    [Fact]
    public void TrySpawn_Directory_IsDenied() =>
        AssertFails("exec /tmp: EACCES", "directory", Valid with { Candidates = ["/tmp"] });

    [Fact]
    public void TrySpawn_FolderClosedToUser_NamesUserAndFolder()
    {
        Root.Require();
        using var folder = new TemporaryFolder();
        var script = folder.Script("closed/server", "#!/bin/sh\n");
        folder.Mode("closed", "700");

        var request = Valid with { Candidates = [script], Identity = new Identity(65534, 65534, []) };
        AssertFails($"exec {script}: EACCES", "user 65534", request);
        AssertFails($"exec {script}: EACCES", folder["closed"], request);
    }

    [Fact]
    public void TrySpawn_LimitAboveTheMaximum_NamesTheMaximum()
    {
        var request = Valid with { Limits = [new ResourceLimit("core", 0), new ResourceLimit("nofile", ulong.MaxValue - 1)] };

        AssertFails("setrlimit nofile=18446744073709551614: EPERM", "fs.nr_open", request);
    }

    [Fact]
    public void TrySpawn_LimitAboveTheHardLimitWithoutTheRight_NamesTheHardLimit()
    {
        Assert.SkipWhen(ProcText.HasCapability("CapEff", "sys_resource"), "may raise its limits");
        var hard = ProcText.Limit(Environment.ProcessId, "Max open files").Hard;
        var above = ulong.Parse(hard, CultureInfo.InvariantCulture) + 1;

        var request = Valid with { Limits = [new ResourceLimit("nofile", above)] };
        AssertFails($"setrlimit nofile={above}: EPERM", hard, request);
    }

    [Fact]
    public void TrySpawn_UnknownLimit_IsRefusedByTheKernel() =>
        Assert.Equal("setrlimit files=1: EINVAL", Fails(Valid with { Limits = [new ResourceLimit("files", 1)] }));

    [Fact]
    public void TrySpawn_OomScoreOutOfRange_IsInvalid() =>
        Assert.Equal("oom_score_adj 5000: EINVAL", Fails(Valid with { OomScoreAdjust = 5000 }));

    [Fact]
    public void TrySpawn_NoSuchCpu_IsInvalid() =>
        Assert.Equal("sched_setaffinity 4095: EINVAL", Fails(Valid with { Cpus = [4095] }));

    [Fact]
    public void TrySpawn_OtherUserWithoutRoot_FailsAtSetgroups()
    {
        OrdinaryUser.Run([], spawner =>
        {
            Assert.False(spawner.TrySpawn(Valid with { Identity = new Identity(0, 0, [0]) }, out _, out var error));
            Assert.Equal("setgroups 0: EPERM", error.ToString());
        });
    }

    [Fact]
    public void TrySpawn_UserThatMeansUnchanged_IsRefused() =>
        Assert.Equal("setuid -1: EINVAL", Fails(Valid with { Identity = new Identity(uint.MaxValue, 0, []) }));

    [Fact]
    public void TrySpawn_DescriptorOfNoCgroup_FailsAtCgroup()
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
            // Counts only the kinds that a start opens. Concurrent tests open such descriptors too.
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
        .Count(
            target =>
                target is not null && (target.StartsWith("pipe:", StringComparison.Ordinal) || target == "anon_inode:[pidfd]"));

    private static string Fails(SpawnRequest request) => TestWorker.Fail(request).ToString();

    /// <summary>
    /// The error has this step, value and errno, and its barrier has this fact. StartBarriersTests tests the words of barriers.
    /// </summary>
    private static void AssertFails(string expected, string fact, SpawnRequest request)
    {
        var error = TestWorker.Fail(request);
        Assert.Equal(expected, (error with { Barrier = null }).ToString());
        Assert.Contains(fact, error.Barrier, StringComparison.Ordinal);
    }
}
