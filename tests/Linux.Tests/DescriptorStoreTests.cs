using System.Net.Sockets;
using Linux.Tests.Harness;
using Reuseportd.Hosting;
using Reuseportd.Model;

namespace Linux.Tests;

public sealed class DescriptorStoreTests : IDisposable
{
    private const int GetDescriptorFlags = 1; // F_GETFD of fcntl(2)
    private const int CloseOnExec = 1;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Store_Descriptor_IsSentWithItsName()
    {
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(_folder["notify"]));
        using var store = DescriptorStore.Open(name => name == "NOTIFY_SOCKET" ? _folder["notify"] : null);
        using var file = SealedFile.TryMake("state"u8, out _);

        Assert.True(store.IsAvailable);
        Assert.Equal(Errno.None, store.Store("state-7", file!));
        Assert.Equal(Errno.None, store.Remove("state-7"));

        using var received = Received.Message(manager, out var text);
        Assert.Equal(["FDSTORE=1", "FDNAME=state-7", "FDPOLL=0"], text.Split('\n'));
        Assert.Equal("state", File.ReadAllText($"/proc/self/fd/{received!.Number}"));
        Assert.Null(Received.Message(manager, out text));
        Assert.Equal(["FDSTOREREMOVE=1", "FDNAME=state-7"], text.Split('\n'));
    }

    [Fact]
    public void Store_NoServiceManager_DoesNothing()
    {
        using var store = DescriptorStore.Open(_ => null);
        using var file = SealedFile.TryMake("state"u8, out _);

        Assert.False(store.IsAvailable);
        Assert.Equal(Errno.None, store.Store("state-7", file!));
        Assert.Equal(Errno.None, store.Remove("state-7"));
    }

    [Fact]
    public void Own_KnownAndUnknownNames_KeepsTheKnownCloseOnExecAndClosesTheOthers()
    {
        var (known, unknown) = (Passed("state"), Passed("other"));

        var given = DescriptorStore.Own(
            [(known, "state-7"), (unknown, ""), (int.MaxValue, "state-8")], name => name is "state-7" or "state-8");

        var only = Assert.Single(given);
        using var file = only.File;
        Assert.Equal(("state-7", known), (only.Name, file.Number));
        Assert.Equal(CloseOnExec, Libc.FileControl(file, GetDescriptorFlags, 0));
        Assert.Equal("state", File.ReadAllText($"/proc/self/fd/{known}"));
        Assert.NotEqual("other", TextOf(unknown));
    }

    /// <summary>Another test may have the number by now.</summary>
    private static string? TextOf(int number)
    {
        var place = new FileInfo($"/proc/self/fd/{number}");
        var isMemory = place.LinkTarget?.StartsWith("/memfd:", StringComparison.Ordinal) == true;
        return isMemory ? File.ReadAllText(place.FullName) : null;
    }

    /// <summary>A descriptor that a program would inherit.</summary>
    private static int Passed(string content)
    {
        using var file = SealedFile.TryMake(System.Text.Encoding.ASCII.GetBytes(content), out _);
        Assert.Equal(Errno.None, ProgramReplacement.Keep(file!.Number, keep: true));
        return file.Release();
    }
}
