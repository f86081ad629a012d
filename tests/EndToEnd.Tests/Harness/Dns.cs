using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EndToEnd.Tests.Harness;

/// <summary>Asks a DNS server for the text record of one name (RFC 1035), each time from another port.</summary>
internal static class Dns
{
    public const string Name = "worker.test";

    private const int QuestionLength = 12 + 6 + 1 + 4 + 1 + 1 + 4;
    private const int RecordHeader = 2 + 2 + 2 + 4 + 2;

    public static byte[] Question => [0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 6, .. "worker"u8, 4, .. "test"u8, 0, 0, 16, 0, 1];

    public static async Task<string> UdpAsync(string address, int port) => Text(await Ask.UdpAsync(address, port, Question));

    public static async Task<string> TcpAsync(string address, int port)
    {
        using var stop = new CancellationTokenSource(Deadline.Patience);
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(IPAddress.Parse(address), port, stop.Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync((byte[])[0, QuestionLength, .. Question], stop.Token);
        var length = new byte[2];
        await stream.ReadExactlyAsync(length, stop.Token);
        var answer = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
        await stream.ReadExactlyAsync(answer, stop.Token);
        return Text(answer);
    }

    /// <summary>Asks once, from a port of its own: fails without an answer in time, and with any code but NOERROR.</summary>
    public static async Task OnceAsync(string address, int port, byte[] query)
    {
        using var patience = new CancellationTokenSource(Deadline.Patience / 4);
        using var client = new UdpClient(address, port);
        await client.SendAsync(query, patience.Token);
        var answer = (await client.ReceiveAsync(patience.Token)).Buffer;
        Assert.Equal(0, answer[3] & 0xF);
    }

    /// <summary>The only string of the only record.</summary>
    public static string Text(byte[] answer)
    {
        Assert.Equal(1, BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(6)));
        var text = answer.AsSpan(QuestionLength + RecordHeader);
        return Encoding.ASCII.GetString(text.Slice(1, text[0]));
    }
}
