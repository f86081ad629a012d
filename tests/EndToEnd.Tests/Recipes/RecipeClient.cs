using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Recipes;

/// <summary>
/// Talks to the servers in another process's network namespace. A socket belongs to the namespace of the thread that makes
/// it, so one thread enters the namespace and makes all sockets; any thread may use them.
/// </summary>
internal sealed partial class RecipeClient : IDisposable
{
    private const int NetworkNamespace = 0x40000000;

    private readonly BlockingCollection<Action> _requests = [];

    public RecipeClient(int pid) => new Thread(() => Run(pid)) { IsBackground = true, Name = "sockets" }.Start();

    /// <summary>Sends the request, and reads until the server closes.</summary>
    /// <returns>The answer, a character for each byte.</returns>
    public async Task<string> TcpAsync(int port, byte[] request)
    {
        using var stop = new CancellationTokenSource(Deadline.Patience);
        using var socket = await OpenAsync(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), stop.Token);
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync(request, stop.Token);
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, stop.Token);
        return Encoding.Latin1.GetString(answer.ToArray());
    }

    public Task<string> TcpAsync(int port, string request) => TcpAsync(port, Encoding.ASCII.GetBytes(request));

    /// <summary>The test fails on any other status than 200.</summary>
    public async Task<string> HttpAsync(int port, string path = "/")
    {
        var answer = await TcpAsync(port, $"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n");
        Assert.Matches(@"^HTTP/1\.[01] 200 ", answer);
        return answer;
    }

    /// <summary>Sends a datagram from its own port and receives one. A lost datagram is not sent again.</summary>
    public async Task<byte[]> UdpAsync(int port, byte[] question)
    {
        using var stop = new CancellationTokenSource(Deadline.Patience / 8);
        using var socket = await OpenAsync(SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), stop.Token);
        await socket.SendAsync(question, stop.Token);
        var answer = new byte[4096];
        return answer[..await socket.ReceiveAsync(answer, stop.Token)];
    }

    /// <summary>Sends a datagram from its own port.</summary>
    public async Task SendAsync(int port, byte[] datagram)
    {
        using var stop = new CancellationTokenSource(Deadline.Patience / 8);
        using var socket = await OpenAsync(SocketType.Dgram, ProtocolType.Udp);
        await socket.SendToAsync(datagram, new IPEndPoint(IPAddress.Loopback, port), stop.Token);
    }

    public void Dispose() => _requests.CompleteAdding();

    private Task<Socket> OpenAsync(SocketType type, ProtocolType protocol)
    {
        var made = new TaskCompletionSource<Socket>(TaskCreationOptions.RunContinuationsAsynchronously);
        _requests.Add(() =>
        {
            try
            {
                made.SetResult(new Socket(AddressFamily.InterNetwork, type, protocol));
            }
            catch (SocketException failure)
            {
                made.SetException(failure);
            }
        });
        return made.Task;
    }

    private void Run(int pid)
    {
        using (var entry = File.OpenHandle(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/ns/net")))
        {
            var entered = Enter((int)entry.DangerousGetHandle(), NetworkNamespace);
            if (entered != 0) throw new InvalidOperationException($"setns: error {Marshal.GetLastPInvokeError()}");
        }

        foreach (var request in _requests.GetConsumingEnumerable()) request();
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(int descriptor, int type);
}
