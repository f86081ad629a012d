using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EndToEnd.Tests.Harness;

/// <summary>A request to a server over a socket of its own, and the complete answer.</summary>
internal static class Ask
{
    /// <summary>Sends the request and reads until the server closes.</summary>
    public static async Task<string> TcpAsync(string address, int port, string request = "")
    {
        using var stop = new CancellationTokenSource(Deadline.Patience);
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(IPAddress.Parse(address), port, stop.Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), stop.Token);
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, stop.Token);
        return Encoding.UTF8.GetString(answer.ToArray());
    }

    /// <summary>Sends a line and closes; for servers that do not answer.</summary>
    public static async Task TellAsync(string address, int port, string line)
    {
        using var stop = new CancellationTokenSource(Deadline.Patience);
        using var client = new TcpClient(AddressFamily.InterNetwork);
        await client.ConnectAsync(IPAddress.Parse(address), port, stop.Token);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(line + "\n"), stop.Token);
    }

    /// <returns>The body; the test fails on any other status than 200.</returns>
    public static async Task<string> HttpAsync(string address, int port, string path = "/")
    {
        var answer = await TcpAsync(address, port, $"GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
        Assert.Matches(@"^HTTP/1\.[01] 200 ", answer);
        return answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..].Trim();
    }

    /// <summary>Sends a datagram and receives one. Sends a lost datagram again, as UDP clients do.</summary>
    public static async Task<byte[]> UdpAsync(string address, int port, byte[] question)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var client = new UdpClient(AddressFamily.InterNetwork);
            client.Connect(IPAddress.Parse(address), port);
            await client.SendAsync(question);
            using var stop = new CancellationTokenSource(Deadline.Patience / 4);
            try
            {
                return (await client.ReceiveAsync(stop.Token)).Buffer;
            }
            catch (OperationCanceledException) when (attempt < 4)
            {
                // A datagram was lost.
            }
        }
    }
}
