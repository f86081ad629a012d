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

        Assert.Equal("exec servr: ENOENT (not found in PATH)", Fails(request));
    }

    [Fact]
    public void TrySpawn_NoPlacesToLook_SaysExecAndName() =>
        Assert.Equal("exec servr: ENOENT (PATH has no absolute directory)", Fails(Valid with { Arguments = ["servr"], Candidates = [] }));

    [Fact]
    public void TrySpawn_NotExecutable_SaysWhichWasDenied()
    {
        using var folder = new TemporaryFolder();
        var denied = folder.Write("server", "#!/bin/sh\n");

        Assert.Equal($"exec {denied}: EACCES (it is not executable)", Fails(Valid with { Candidates = ["/nowhere/server", denied, "/neither/server"] }));
    }

    [Fact]
    public void TrySpawn_NeitherProgramNorScript_IsNotGivenToAShell()
    {
        using var folder = new TemporaryFolder();
        var text = folder.Write("server", "exit 0\n", "755");

        Assert.Equal($"exec {text}: ENOEXEC (neither a program for this machine nor a script with a #! line)", Fails(Valid with { Candidates = [text, "/bin/true"] }));
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
        Assert.Equal($"chdir {folder[""]}: EACCES (user 65534 may not enter {folder[""].TrimEnd('/')})", Fails(request));
        Assert.EndsWith(
            $"(user nobody may not enter {folder[""].TrimEnd('/')})",
            Fails(request with { Account = new Account("nobody", request.Identity!, null, null) }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("#!/no/such/interpreter -x\n", "its interpreter /no/such/interpreter does not exist")]
    [InlineData("#!/bin/sh\r\n", "its #! line ends with a carriage return (a Windows line ending)")]
    public void TrySpawn_InterpreterIsMissing_SaysWhich(string text, string why)
    {
        using var folder = new TemporaryFolder();
        var script = folder.Write("server", text, "755");

        Assert.Equal($"exec {script}: ENOENT ({why})", Fails(Valid with { Candidates = [script] }));
        // Found in PATH, and not to be called missing there.
        var named = Valid with { Arguments = ["server"], Candidates = ["/nowhere/server", script, "/neither/server"] };
        Assert.Equal($"exec server: ENOENT ({why})", Fails(named));
        // From the working directory of the worker, not of the daemon.
        var relative = Valid with { Arguments = ["./server"], Candidates = ["./server"], WorkingDirectory = folder[""] };
        Assert.Equal($"exec ./server: ENOENT ({why})", Fails(relative));
    }

    [Fact]
    public void TrySpawn_ScriptOfAScriptWithoutInterpreter_SaysWhichIsMissing()
    {
        using var folder = new TemporaryFolder();
        var inner = folder.Write("inner", "#!/no/such\n", "755");
        var outer = folder.Write("outer", $"#!{inner}\n", "755");

        Assert.Equal($"exec {outer}: ENOENT (its interpreter /no/such does not exist)", Fails(Valid with { Candidates = [outer] }));
    }

    [Fact]
    public void TrySpawn_Directory_SaysSo() => Assert.Equal("exec /tmp: EACCES (it is a directory)", Fails(Valid with { Candidates = ["/tmp"] }));

    [Fact]
    public void TrySpawn_FolderClosedToUser_SaysWhich()
    {
        Root.Require();
        using var folder = new TemporaryFolder();
        var script = folder.Write("closed/server", "#!/bin/sh\n", "755");
        folder.Mode("closed", "700");

        var request = Valid with { Candidates = [script], Identity = new Identity(65534, 65534, []) };
        Assert.Equal($"exec {script}: EACCES (user 65534 may not enter {folder["closed"]})", Fails(request));
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
        Assert.SkipWhen(UserDatabase.IsRoot, "needs an ordinary user");

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
