using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class AppendFileTests : IDisposable
{
    private static readonly Identity Nobody = new(65534, 65533, []);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TryOpen_NewFile_IsMadeForOwnerAndGroup()
    {
        using (var file = Open()) Assert.Equal(2, file.Write("a\n"u8).Count);

        Assert.Equal("a\n", File.ReadAllText(_folder["log"]));
        const UnixFileMode ownerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
        Assert.Equal(ownerAndGroup, File.GetUnixFileMode(_folder["log"]));
    }

    [Fact]
    public void TryOpen_ExistingFile_IsAppendedTo()
    {
        _folder.Write("log", "before\n");
        using (var file = Open()) file.Write("after\n"u8);

        Assert.Equal("before\nafter\n", File.ReadAllText(_folder["log"]));
    }

    [Fact]
    public void TryOpen_Link_IsNotFollowed()
    {
        File.CreateSymbolicLink(_folder["log"], _folder.Write("target", ""));

        Assert.Equal("ELOOP", Refused(null));
    }

    [Fact]
    public void TryOpen_Folder_IsRefused()
    {
        Directory.CreateDirectory(_folder["log"]);

        Assert.Equal("EISDIR", Refused(null));
    }

    [Fact]
    public void TryOpen_FifoWithoutAReader_Fails()
    {
        using (var make = TestWorker.Start("/usr/bin/mkfifo", _folder["log"])) Assert.True(make.AwaitExit().Success);

        Assert.Equal("ENXIO", Refused(null));
    }

    [Fact]
    public void TryOpen_FolderClosedToUser_IsDeniedAlthoughTheDaemonIsRoot()
    {
        Root.Require();

        Assert.Equal("EACCES", Refused(Nobody));
        Assert.False(File.Exists(_folder["log"]));
    }

    [Fact]
    public void TryOpen_AsAUser_BelongsToTheUser()
    {
        Root.Require();
        _folder.Mode("", "777");
        using (var file = Open(Nobody)) file.Write("x"u8);

        var facts = Assert.NotNull(SystemPath.Status(_folder["log"], out _));
        Assert.Equal((65534u, 65533u), (facts.Uid, facts.Gid));
    }

    /// <summary>A member of a supplementary group can write to a file of that group.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void TryOpen_FileOfASupplementaryGroup_IsOpenToItsMembers(bool isMember)
    {
        Root.Require();
        _folder.Mode("", "755");
        _folder.Write("log", "");
        using (var file = HeldEntry.TryHold(_folder["log"], out _)) Assert.Equal(Errno.None, file?.ChangeGroup(54321));
        _folder.Mode("log", "020");
        var user = Nobody with { Groups = isMember ? [54321] : [] };

        if (isMember) Open(user).Dispose();
        else Assert.Equal("EACCES", Refused(user));
    }

    /// <summary>The thread has the rights of root again.</summary>
    [Fact]
    public void TryOpen_AsUser_ThreadIsUnchanged()
    {
        Root.Require();
        var secret = _folder.Write("secret", "s");
        _folder.Mode("secret", "000");
        var before = OwnThread();
        Assert.Equal("EACCES", Refused(Nobody));

        Assert.Equal("s", File.ReadAllText(secret));
        Assert.Equal(before, OwnThread());
        AwaitDumpable();
    }

    [Fact]
    public void TryOpen_ByManyThreadsAtOnce_EachIsItsOwnUser()
    {
        Root.Require();
        _folder.Mode("", "777");
        Parallel.For(0, 200, new ParallelOptions { MaxDegreeOfParallelism = 8 }, number =>
        {
            var user = new Identity((uint)(60_000 + number), (uint)(61_000 + number), []);
            using var file = AppendFile.TryOpen(_folder[$"log{number}"], user, out var errno);
            Assert.Equal(Errno.None, errno);
            var facts = Assert.NotNull(SystemPath.Status(_folder[$"log{number}"], out _));
            Assert.Equal((user.Uid, user.Gid), (facts.Uid, facts.Gid));
        });
        AwaitDumpable();
    }

    [Fact]
    public void Write_FullDevice_IsNoSpace()
    {
        using var full = Assert.IsType<AppendFile>(AppendFile.TryOpen("/dev/full", null, out _));

        Assert.Equal("ENOSPC", full.Write("x"u8).Errno.ToString());
        Assert.Null(full.Device());
    }

    private AppendFile Open(Identity? identity = null)
    {
        var file = AppendFile.TryOpen(_folder["log"], identity, out var errno);
        Assert.True(file is not null, errno.ToString());
        return file;
    }

    private string Refused(Identity? identity)
    {
        Assert.Null(AppendFile.TryOpen(_folder["log"], identity, out var errno));
        return errno.ToString();
    }

    /// <summary>Ids, groups, capabilities and blocked signals of this thread.</summary>
    private static string[] OwnThread()
    {
        string[] keys = ["Uid:", "Gid:", "Groups:", "CapEff:", "CapPrm:", "CapAmb:", "SigBlk:"];
        return
        [
            .. File.ReadAllLines("/proc/thread-self/status")
                .Where(line => keys.Any(key => line.StartsWith(key, StringComparison.Ordinal))),
        ];
    }

    /// <summary>PR_GET_DUMPABLE is 1 again when no thread has other credentials. Other tests have such threads too.</summary>
    private static void AwaitDumpable()
    {
        const int getDumpable = 3;
        Deadline.Until(() => Libc.ProcessControl(getDumpable, 0) == 1, "the memory may be dumped again");
    }
}
