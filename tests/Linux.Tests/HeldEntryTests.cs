using System.Net.Sockets;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class HeldEntryTests : IDisposable
{
    private const UnixFileMode ForAll = (UnixFileMode)0x1B6; // 0666

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ChangeModeAndGroup_OfASocket_AreItsOwn()
    {
        using var socket = Bound("s");
        using var held = Held("s");
        var group = Environment.IsPrivilegedProcess ? 54321 : UserDatabase.EffectiveGroup;

        Assert.Equal((Errno.None, Errno.None), (held.ChangeGroup(group), held.ChangeMode(ForAll)));
        var facts = Assert.NotNull(SystemPath.Status(_folder["s"], out _));
        Assert.True(facts.IsSocket);
        Assert.Equal((group, (uint)ForAll), (facts.Gid, facts.Mode & 0xFFF));
    }

    [Fact]
    public void ChangeMode_PathReplaced_NewFileKeepsItsMode()
    {
        using var socket = Bound("s");
        using var held = Held("s");
        File.Move(_folder["s"], _folder["moved"]);
        _folder.Write("s", "precious", "600");

        Assert.Equal(Errno.None, held.ChangeMode(ForAll));
        Assert.Equal(0x180u, Assert.NotNull(SystemPath.Status(_folder["s"], out _)).Mode & 0xFFF);
        Assert.Equal((uint)ForAll, Assert.NotNull(SystemPath.Status(_folder["moved"], out _)).Mode & 0xFFF);
    }

    [Fact]
    public void TryHold_Link_IsNotFollowed()
    {
        _folder.Write("file", "precious", "600");
        File.CreateSymbolicLink(_folder["s"], _folder["file"]);
        using var held = Held("s");

        Assert.Equal(10u /* S_IFLNK */, Assert.NotNull(FileEntry.Read(held, out _)).Facts.Mode >> 12);
        Assert.NotEqual(Errno.None, held.ChangeMode(ForAll));
        Assert.Equal(0x180u, Assert.NotNull(SystemPath.Status(_folder["file"], out _)).Mode & 0xFFF);
    }

    [Fact]
    public void TryHold_Nothing_IsNoEntry()
    {
        Assert.Null(HeldEntry.TryHold(_folder["s"], out var errno));
        Assert.Equal(Errno.NotFound, errno);
    }

    private HeldEntry Held(string name) =>
        HeldEntry.TryHold(_folder[name], out var errno) ?? throw new InvalidOperationException($"{name}: {errno}");

    private Socket Bound(string name)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(_folder[name]));
        return socket;
    }
}
