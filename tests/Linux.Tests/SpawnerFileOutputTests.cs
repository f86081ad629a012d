using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class SpawnerFileOutputTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TrySpawn_FileTarget_MakesItForOwnerAndGroup()
    {
        using (var worker = TestWorker.Start(To("log") with { Umask = 0 })) worker.AwaitExit();

        Assert.Equal("0 \n", File.ReadAllText(_folder["log"]));
        const UnixFileMode ownerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        Assert.Equal(ownerAndGroup, File.GetUnixFileMode(_folder["log"]));
    }

    [Fact]
    public void TrySpawn_ExistingFile_IsAppendedTo()
    {
        _folder.Write("log", "before\n");
        using (var worker = TestWorker.Start(To("log"))) worker.AwaitExit();

        Assert.Equal("before\n0 \n", File.ReadAllText(_folder["log"]));
    }

    [Fact]
    public void TrySpawn_FileAndPipe_EachGetsItsOwn()
    {
        using var worker = TestWorker.Start(To("log") with { Stderr = new OutputTarget.Journal() });

        Assert.Empty(worker.Error!.ReadToEnd());
        worker.AwaitExit();
        Assert.Equal("0 \n", File.ReadAllText(_folder["log"]));
    }

    [Fact]
    public void TrySpawn_Link_IsNotFollowed()
    {
        File.CreateSymbolicLink(_folder["log"], _folder.Write("target", ""));

        Assert.Equal($"stdout {_folder["log"]}: ELOOP", TestWorker.Fail(To("log")).ToString());
    }

    [Fact]
    public void TrySpawn_FifoThatNobodyReads_FailsInsteadOfWaiting()
    {
        using (var make = TestWorker.Start("/usr/bin/mkfifo", _folder["log"])) Assert.True(make.AwaitExit().Success);

        Assert.Equal($"stdout {_folder["log"]}: ENXIO", TestWorker.Fail(To("log")).ToString());
    }

    [Fact]
    public void TrySpawn_FolderClosedToUser_IsDeniedAlthoughTheDaemonIsRoot()
    {
        Root.Require();
        var request = To("log") with { Identity = new Identity(65534, 65534, []) };

        Assert.Equal($"stdout {_folder["log"]}: EACCES", TestWorker.Fail(request).ToString());
        Assert.False(File.Exists(_folder["log"]));
    }

    [Fact]
    public void TrySpawn_FileOfUser_BelongsToTheUser()
    {
        Root.Require();
        _folder.Mode("", "777");
        using (var worker = TestWorker.Start(To("log") with { Identity = new Identity(65534, 65533, []) })) worker.AwaitExit();

        var facts = Assert.NotNull(SystemPath.Status(_folder["log"], out _));
        Assert.Equal((65534u, 65533u), (facts.Uid, facts.Gid));
    }

    private SpawnRequest To(string name) => TestWorker.Request("spew", "1", "2") with
    {
        Stdout = new OutputTarget.File(_folder[name]),
        Stderr = new OutputTarget.Null(),
    };
}
