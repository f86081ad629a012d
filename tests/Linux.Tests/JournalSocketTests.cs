using System.Net.Sockets;
using System.Text;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>Sends to a socket of the test in place of journald's.</summary>
public sealed class JournalSocketTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly Socket _journald = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);

    public JournalSocketTests()
    {
        _journald.Bind(new UnixDomainSocketEndPoint(_folder["socket"]));
        _journald.ReceiveTimeout = (int)Deadline.Patience.TotalMilliseconds;
    }

    public void Dispose()
    {
        _journald.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void SendDatagrams_Batch_IsOneDatagramARecord()
    {
        using var socket = new JournalSocket(_folder["socket"]);

        Assert.Equal(3, socket.SendDatagrams("MESSAGE=a\nMESSAGE=bb\nMESSAGE=c\n"u8, 0, [10, 21, 31], out var error));
        Assert.Equal(Errno.None, error);
        Assert.Equal(["MESSAGE=a\n", "MESSAGE=bb\n", "MESSAGE=c\n"], Enumerable.Range(0, 3).Select(_ => Receive()));
    }

    [Fact]
    public void SendDatagrams_LargeBatch_SendsSomeAndAllInTheEnd()
    {
        using var socket = new JournalSocket(_folder["socket"]);
        const int count = 1000;
        byte[] records = [.. Enumerable.Repeat((byte)'x', count)];
        var reader = Task.Run(() => Enumerable.Range(0, count).All(_ => Receive() == "x"));

        var ends = Enumerable.Range(1, count).ToArray();
        for (var sent = 0; sent < count;)
        {
            var now = socket.SendDatagrams(records, sent, ends.AsSpan(sent), out var error);
            Assert.Equal(Errno.None, error);
            Assert.InRange(now, 1, count - sent);
            sent += now;
        }

        Deadline.Until(() => reader.IsCompleted, "all datagrams arrive");
        Assert.True(reader.IsCompletedSuccessfully);
    }

    [Fact]
    public void SendDatagrams_FirstTooLarge_FailsAndSealedFileIsReceived()
    {
        using var socket = new JournalSocket(_folder["socket"]);
        var record = new byte[32 << 20];
        Random.Shared.NextBytes(record);

        Assert.Equal(0, socket.SendDatagrams(record, 0, [record.Length], out var error));
        Assert.Contains(error, (Errno[])[Errno.MessageTooLong, Errno.NoBuffers]);
        Assert.Equal(Errno.None, socket.SendSealed(record));
        Assert.Equal(record, Received.File(_journald));
    }

    [Fact]
    public void SendDatagrams_SecondTooLarge_SendsTheFirst()
    {
        using var socket = new JournalSocket(_folder["socket"]);
        var records = new byte[32 << 20];

        Assert.Equal(1, socket.SendDatagrams(records, 0, [5, records.Length], out var error));
        Assert.Equal(Errno.None, error);
    }

    [Fact]
    public void SendDatagrams_NoJournald_Fails()
    {
        using var missing = new JournalSocket(_folder["missing"]);
        Assert.Equal(0, missing.SendDatagrams("x"u8, 0, [1], out var error));
        Assert.Equal(Errno.NotFound, error);

        using var socket = new JournalSocket(_folder["socket"]);
        _journald.Dispose();
        // .NET removes the path with the socket. After a crash the path stays without a listener.
        Assert.Equal(0, socket.SendDatagrams("x"u8, 0, [1], out error));
        Assert.Contains(error, (Errno[])[Errno.NotFound, Errno.ConnectionRefused]);
    }

    [Fact]
    public void SendDatagrams_JournaldRestarted_IsFound()
    {
        using var socket = new JournalSocket(_folder["second"]);
        for (var start = 0; start < 2; start++)
        {
            using (var journald = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified))
            {
                journald.Bind(new UnixDomainSocketEndPoint(_folder["second"]));
                Assert.Equal(1, socket.SendDatagrams("x"u8, 0, [1], out _));
            }

            File.Delete(_folder["second"]);
        }
    }

    [Fact]
    public void New_PathTooLong_IsRefused() => Assert.Throws<ArgumentException>(() => new JournalSocket(new string('x', 108)));

    private string Receive()
    {
        var buffer = new byte[256];
        return Encoding.UTF8.GetString(buffer.AsSpan(0, _journald.Receive(buffer)));
    }
}
