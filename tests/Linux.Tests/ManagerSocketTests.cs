using System.Net.Sockets;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>Sends to a socket of the test in place of the service manager's.</summary>
public sealed class ManagerSocketTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Send_Descriptor_IsReceivedWithTheText()
    {
        using var manager = Listen(_folder["notify"]);
        using var socket = ManagerSocket.TryOpen(_folder["notify"], out _);
        using var file = SealedFile.TryMake("state"u8, out _);

        Assert.Equal(Errno.None, socket!.Send("FDSTORE=1\nFDNAME=state-1", file));

        using var received = Received.Message(manager, out var text);
        Assert.Equal("FDSTORE=1\nFDNAME=state-1", text);
        Assert.Equal("state", File.ReadAllText($"/proc/self/fd/{received!.Number}"));
    }

    [Fact]
    public void Send_AbstractName_IsReceived()
    {
        var name = $"reuseportd-test-{Guid.NewGuid()}";
        using var manager = Listen($"\0{name}");
        using var socket = ManagerSocket.TryOpen($"@{name}", out _);

        Assert.Equal(Errno.None, socket!.Send("FDSTOREREMOVE=1\nFDNAME=state-1"));

        Assert.Null(Received.Message(manager, out var text));
        Assert.Equal("FDSTOREREMOVE=1\nFDNAME=state-1", text);
    }

    [Fact]
    public async Task Send_ManagerReadsNothing_FailsWithoutWaiting()
    {
        using var manager = Listen(_folder["notify"]);
        using var socket = ManagerSocket.TryOpen(_folder["notify"], out _);

        var sends = Task.Run(() =>
        {
            Errno errno;
            do errno = socket!.Send("x");
            while (errno == Errno.None);
            return errno;
        });

        Assert.Equal(Errno.Again, await sends.WaitAsync(Deadline.Patience));
    }

    [Fact]
    public void Send_NoManager_Fails()
    {
        using var socket = ManagerSocket.TryOpen(_folder["missing"], out _);

        Assert.Equal(Errno.NotFound, socket!.Send("x"));
    }

    [Theory]
    [InlineData("vsock:2:1234")]
    [InlineData("notify")]
    [InlineData("/1234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    public void TryOpen_NoAddressOfThisFamily_Fails(string name)
    {
        Assert.Null(ManagerSocket.TryOpen(name, out var errno));
        Assert.Equal(Errno.OutOfRange, errno);
    }

    private static Socket Listen(string address)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(address));
        socket.ReceiveTimeout = (int)Deadline.Patience.TotalMilliseconds;
        return socket;
    }
}
