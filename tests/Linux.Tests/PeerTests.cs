using System.Net.Sockets;

namespace Linux.Tests;

public sealed class PeerTests
{
    [Fact]
    public void Of_OwnConnection_IsThisProcess()
    {
        var path = Path.Combine(Path.GetTempPath(), $"reuseportd-peer-{Guid.NewGuid():N}");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        try
        {
            listener.Listen();
            using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            client.Connect(new UnixDomainSocketEndPoint(path));
            using var served = listener.Accept();
            var peer = Peer.Read(served.SafeHandle);

            Assert.NotNull(peer);
            Assert.Equal(
                (Environment.ProcessId, UserDatabase.EffectiveUser, UserDatabase.EffectiveGroup), (peer.Pid, peer.Uid, peer.Gid));
            Assert.Equal(
                Status("Groups"), peer.Groups.Select(group => group.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            Assert.True(peer.IsIn(peer.Gid));
            Assert.False(peer.IsIn(4_000_000_000));
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void PortHolder_OwnListener_IsThisProcess()
    {
        using var listener = new TcpListener(System.Net.IPAddress.Loopback, 0);
        listener.Start();
        var port = ((System.Net.IPEndPoint)listener.LocalEndpoint).Port;
        var holder = Assert.Single(PortHolder.On(new HashSet<int> { port }), one => one.IsStream);

        Assert.Equal((port, UserDatabase.EffectiveUser, Environment.ProcessId), (holder.Port, holder.Uid, holder.Pid));
        Assert.NotEmpty(holder.Program!);
    }

    [Fact]
    public void FileStamp_WrittenFile_Differs()
    {
        var path = Path.GetTempFileName();
        try
        {
            var before = FileStamp.Read(path);
            Assert.Equal(before, FileStamp.Read(path));
            File.WriteAllText(path, "more");
            Assert.NotEqual(before, FileStamp.Read(path));
            Assert.Null(FileStamp.Read(path + ".none"));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static string[] Status(string key) =>
        File.ReadLines("/proc/self/status")
            .First(line => line.StartsWith($"{key}:", StringComparison.Ordinal))[(key.Length + 1)..]
            .Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
}
