using Linux.Tests.Harness;

namespace Linux.Tests;

/// <summary>Each reason, by real programs and files.</summary>
public sealed class PreloadDiagnosisTests : IDisposable
{
    private static readonly Credentials Daemon = new(
        new Identity(UserDatabase.EffectiveUser, UserDatabase.EffectiveGroup, []), NoNewPrivileges: false);

    private static readonly Credentials Stranger = new(new Identity(64999, 64999, []), NoNewPrivileges: true);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_StaticProgram_IsThatReasonRunningOrNot()
    {
        using var worker = Start("binds-static");

        Assert.Equal(PreloadReason.StaticallyLinked, Of(worker).Reason);
        Assert.Equal(PreloadReason.StaticallyLinked, Of(TestPrograms.Path("binds-static")).Reason);
    }

    [Fact]
    public void Of_ScriptWithStaticInterpreter_NamesTheInterpreter()
    {
        var script = _folder.Write("server", $"#! {TestPrograms.Path("binds-static")} \nwhatever\n", "755");

        Assert.Equal(new PreloadDiagnosis(PreloadReason.StaticallyLinked, TestPrograms.Path("binds-static")), Of(script));
    }

    [Fact]
    public void Of_ScriptOfScripts_IsFollowed()
    {
        var first = _folder.Write("first", "#!/bin/sh\n", "755");
        var second = _folder.Write("second", $"#!{first} -x\n", "755");

        Assert.Equal(PreloadReason.ExitedBeforeMain, Of(second).Reason);
    }

    [Fact]
    public void Of_Text_IsNotElf() => Assert.Equal(PreloadReason.NotElf, Of(_folder.Write("server", "exit 0\n", "755")).Reason);

    [Theory]
    [InlineData("/nowhere/server")]
    [InlineData("./server")]
    public void Of_UnreadableFile_IsUnknown(string program) =>
        Assert.Equal(PreloadReason.Unknown, Of(program).Reason);

    [Fact]
    public void Of_DynamicProgramThatEnded_ExitedBeforeMain() =>
        Assert.Equal(PreloadReason.ExitedBeforeMain, Of(TestPrograms.Path("dies")).Reason);

    [Fact]
    public void Of_LibraryInTheProcess_IsLoaded()
    {
        using var worker = Start("binds", $"LD_PRELOAD={TestPrograms.Library}");

        Assert.Equal(PreloadReason.LoadedSilently, Of(worker).Reason);
    }

    [Fact]
    public void Of_SetUidProgram_IsDistrustedRunningOrNot()
    {
        Root.Require();
        var program = OtherOwner("4755");
        using var worker = Start(program, $"LD_PRELOAD={TestPrograms.Library}");

        Assert.Equal(PreloadReason.SetIdentity, Of(worker).Reason);
        Assert.Equal(PreloadReason.SetIdentity, Of(program).Reason);
    }

    [Theory]
    [InlineData("4755")]
    [InlineData("2755")]
    public void Of_SetIdProgramAndNoNewPrivileges_IsNoReason(string mode)
    {
        Root.Require();
        var program = OtherOwner(mode);

        var diagnosis = PreloadDiagnosis.For(null, program, TestPrograms.Library, Daemon with { NoNewPrivileges = true });
        Assert.Equal(PreloadReason.ExitedBeforeMain, diagnosis.Reason);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_FileCapabilitiesForAnotherUser_AreDistrustedRunningOrNot(bool noNewPrivileges)
    {
        Root.Require();
        var setcap = new[] { "/usr/sbin/setcap", "/sbin/setcap" }.FirstOrDefault(File.Exists);
        Assert.SkipWhen(setcap is null, "setcap is not installed: apt-get install libcap2-bin");
        var program = _folder.Copy(TestPrograms.Path("binds"), "server");
        using (var change = TestWorker.Start(setcap, "cap_net_bind_service+ep", program)) Assert.True(change.AwaitExit().Success);
        Assert.SkipWhen((SystemPath.MountFlags(program) & Libc.MountNoSetUid) != 0, "the temporary folder is on a nosuid mount");
        var stranger = Stranger with { NoNewPrivileges = noNewPrivileges };
        using var worker = TestWorker.Start(TestWorker.Request(program) with
        {
            Identity = stranger.Identity, NoNewPrivileges = noNewPrivileges, Environment = [$"LD_PRELOAD={TestPrograms.Library}"],
        });
        Assert.Equal("ready", worker.Out!.ReadLine());

        Assert.Equal(PreloadReason.SetIdentity, PreloadDiagnosis.For(worker.Pid, program, TestPrograms.Library, stranger).Reason);
        Assert.Equal(PreloadReason.SetIdentity, PreloadDiagnosis.For(null, program, TestPrograms.Library, stranger).Reason);
    }

    [Fact]
    public void Of_SetGidProgram_IsDistrusted()
    {
        Root.Require();

        Assert.Equal(PreloadReason.SetIdentity, Of(OtherOwner("2755")).Reason);
    }

    [Fact]
    public void Of_SetUidToTheSameUser_IsNoReason() =>
        Assert.Equal(PreloadReason.ExitedBeforeMain, Of(_folder.Copy(TestPrograms.Path("binds"), "server", "4755")).Reason);

    [Fact]
    public void Of_LibraryForAnotherArchitecture_IsThatReason()
    {
        var bytes = File.ReadAllBytes(TestPrograms.Library);
        bytes[18] ^= 0xff; // e_machine
        File.WriteAllBytes(_folder["library.so"], bytes);

        Assert.Equal(PreloadReason.DifferentArchitecture, Of(TestPrograms.Path("dies"), _folder["library.so"]).Reason);
    }

    [Fact]
    public void Of_NoLibrary_IsThatReason() => Assert.Equal(
        new PreloadDiagnosis(PreloadReason.LibraryMissing, "/nowhere/library.so: ENOENT"),
        Of(TestPrograms.Path("dies"), "/nowhere/library.so"));

    [Fact]
    public void Of_LibraryInAFolderClosedToTheUser_NamesTheFolder()
    {
        _folder.Copy(TestPrograms.Library, "library.so");
        _folder.Mode("", "700");

        var diagnosis = PreloadDiagnosis.For(null, TestPrograms.Path("dies"), _folder["library.so"], Stranger);
        var closed = Path.GetDirectoryName(_folder["library.so"]);
        Assert.Equal(new PreloadDiagnosis(PreloadReason.LibraryNotReadable, $"{closed}: EACCES"), diagnosis);
    }

    [Fact]
    public void Of_LibraryThatTheUserMayNotRead_NamesIt()
    {
        var library = _folder.Copy(TestPrograms.Library, "library.so", "640");

        var diagnosis = PreloadDiagnosis.For(null, TestPrograms.Path("dies"), library, Stranger);
        Assert.Equal(new PreloadDiagnosis(PreloadReason.LibraryNotReadable, $"{library}: EACCES"), diagnosis);
    }

    [Fact]
    public void Of_EnvironmentCleared_IsThatReason()
    {
        var request = TestWorker.Request("/usr/bin/env", "-i", TestPrograms.Path("binds"));
        using var worker = TestWorker.Start(request with { Environment = [$"LD_PRELOAD={TestPrograms.Library}"] });
        Assert.Equal("ready", worker.Out!.ReadLine());

        Assert.Equal(new PreloadDiagnosis(PreloadReason.EnvironmentCleared, TestPrograms.Path("binds")), Of(worker));
    }

    /// <summary>Waits until the program has started.</summary>
    private static TestWorker Start(string program, params string[] environment)
    {
        var worker = TestWorker.Start(TestWorker.Request(program) with { Environment = [.. environment] });
        Assert.Equal("ready", worker.Out!.ReadLine());
        return worker;
    }

    private static PreloadDiagnosis Of(TestWorker worker) =>
        PreloadDiagnosis.For(worker.Pid, worker.Spawned.Program, TestPrograms.Library, Daemon);

    private static PreloadDiagnosis Of(string program, string? library = null) =>
        PreloadDiagnosis.For(null, program, library ?? TestPrograms.Library, Daemon);

    private string OtherOwner(string mode)
    {
        var program = _folder.Copy(TestPrograms.Path("binds"), "server");
        using (var change = TestWorker.Start("/bin/chown", "65534:65534", program)) Assert.True(change.AwaitExit().Success);
        _folder.Mode("server", mode);
        Assert.SkipWhen((SystemPath.MountFlags(program) & Libc.MountNoSetUid) != 0, "the temporary folder is on a nosuid mount");
        return program;
    }
}
