using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Control.Tests.Harness;

/// <summary>Answers one request on a socket of its own with what a test gives it.</summary>
internal sealed class FakeDaemon : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("reuseportctl-test-");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task<string> _request;

    /// <param name="answer">Bytes of the whole answer; none to be gone instead.</param>
    private FakeDaemon(string answer)
    {
        Path = System.IO.Path.Combine(_folder.FullName, "control.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
        _request = ServeAsync(answer);
    }

    public string Path { get; }

    /// <summary>First line of the request.</summary>
    public async Task<string> RequestAsync() => (await _request).Split('\r')[0];

    public static FakeDaemon Answering(int status, string body) => new(string.Create(
        CultureInfo.InvariantCulture, $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}"));

    public static FakeDaemon HangingUpHalfWay() => new("HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");

    public static FakeDaemon Dying() => new("");

    public void Dispose()
    {
        _listener.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<string> ServeAsync(string answer)
    {
        using var client = await _listener.AcceptAsync();
        var request = "";
        var buffer = new byte[4096];
        while (!request.Contains("\r\n\r\n", StringComparison.Ordinal))
            request += Encoding.ASCII.GetString(buffer, 0, await client.ReceiveAsync(buffer));
        // Nobody is there for a second try.
        _listener.Dispose();
        if (answer.Length > 0) await client.SendAsync(Encoding.UTF8.GetBytes(answer));
        return request;
    }
}
