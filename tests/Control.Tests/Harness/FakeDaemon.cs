using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Control.Tests.Harness;

/// <summary>A server on its own socket. It answers one request with the text that a test gives.</summary>
internal sealed class FakeDaemon : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("reuseportctl-test-");
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Task<string> _request;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <param name="answer">The whole answer; empty to close the connection instead, null to send no answer.</param>
    /// <param name="room">Until it completes, one other connection fills the backlog.</param>
    private FakeDaemon(string? answer, Task? room = null)
    {
        Path = System.IO.Path.Combine(_folder.FullName, "control.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen(room is null ? int.MaxValue : 0);
        _request = ServeAsync(answer, room);
    }

    public string Path { get; }

    /// <summary>First line of the request.</summary>
    public async Task<string> RequestAsync() => (await _request).Split('\r')[0];

    public static FakeDaemon Answering(int status, string body, Task? room = null)
    {
        var length = Encoding.UTF8.GetByteCount(body);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n");
        return new FakeDaemon(head + body, room);
    }

    public static FakeDaemon HangingUpHalfWay() =>
        new("HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{");

    public static FakeDaemon Dying() => new("");

    /// <summary>Reads the request and never answers.</summary>
    public static FakeDaemon Silent() => new(null);

    /// <summary>Body of the request.</summary>
    public async Task<string> BodyAsync() => (await _request).Split("\r\n\r\n")[1];

    public void Dispose()
    {
        _ended.TrySetResult();
        _listener.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task<string> ServeAsync(string? answer, Task? room)
    {
        if (room is not null)
        {
            await room;
            (await _listener.AcceptAsync()).Dispose();
        }

        using var client = await _listener.AcceptAsync();
        var request = "";
        var buffer = new byte[4096];
        while (!request.Contains("\r\n\r\n", StringComparison.Ordinal))
            request += Encoding.ASCII.GetString(buffer, 0, await client.ReceiveAsync(buffer));
        var head = request.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;
        var length = LengthOf(request);
        while (request.Length < head + length) request += Encoding.ASCII.GetString(buffer, 0, await client.ReceiveAsync(buffer));
        // A second request gets no answer.
        _listener.Dispose();
        if (answer is null) await _ended.Task;
        else if (answer.Length > 0) await client.SendAsync(Encoding.UTF8.GetBytes(answer));
        return request;
    }

    private static int LengthOf(string request)
    {
        const string name = "Content-Length: ";
        var at = request.IndexOf(name, StringComparison.OrdinalIgnoreCase);
        return at < 0
            ? 0
            : int.Parse(
                request.AsSpan(at + name.Length, request.IndexOf('\r', at) - at - name.Length),
                provider: CultureInfo.InvariantCulture);
    }
}
