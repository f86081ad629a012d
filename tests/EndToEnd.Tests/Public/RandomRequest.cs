using System.Text;

namespace EndToEnd.Tests.Public;

/// <summary>Inputs for a server of HTTP: requests, requests with changed bytes, and random bytes.</summary>
/// <param name="host">The header Host of a right request.</param>
internal sealed class RandomRequest(Random random, string host)
{
    private static readonly string[] Methods = ["GET", "GET", "GET", "HEAD", "POST", "OPTIONS", "get", "X", "PRI", "CONNECT", ""];

    private static readonly string[] Paths =
    [
        "/metrics", "/healthz", "/readyz", "/readyz/web", "/readyz/%00", "/readyz/%2e%2e%2f", "/v1/status",
        "/v1/status?name=web%40",
        "/v1/status?name=", "/v1/status?name=*&name=@", "/v1/events?follow=false", "/v1/events?follow=false&since=-1", "/", "*",
        "/v1/events?follow=no", "/v1/events?follow=false&since=99999999999999999999", "//", "/%", "/%ff%fe",
        "http://x/metrics", "x",
        "/v1/status?name=\u00e9", "/../metrics", "/metrics/", "/METRICS",
    ];

    private static readonly string[] Readable = ["/metrics", "/healthz", "/readyz", "/readyz/web", "/v1/status", "/", "/none"];

    private static readonly string[] Versions = ["HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "HTTP/9", "HTTP/", ""];

    private static readonly string[] Headers =
    [
        "Accept: application/openmetrics-text", "Accept: */*;q=x", "Origin: http://evil.example", "Origin: null", "Origin: ://",
        "Content-Length: 5", "Content-Length: -1", "Content-Length: 99999999999", "Transfer-Encoding: chunked",
        "Host: evil.example",
        "Expect: 100-continue", "Upgrade: websocket", "Upgrade: h2c", "Connection: Upgrade", "Connection: close", "X: \u0001",
        "Authorization: Bearer x", "Authorization: Bearer", "Last-Event-ID: x", "Last-Event-ID: -5", "Host:", ": x", "x",
        "Range: bytes=0-",
    ];

    /// <summary>True if the last input is a request that each server of HTTP understands.</summary>
    public bool IsWellFormed { get; private set; }

    public byte[] Next()
    {
        IsWellFormed = false;
        var kind = random.Next(10);
        if (kind == 1)
        {
            IsWellFormed = true;
            return Encoding.ASCII.GetBytes($"GET {One(Readable)} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        }

        if (kind == 0)
        {
            var noise = new byte[random.Next(1, 2000)];
            random.NextBytes(noise);
            return noise;
        }

        var text = Encoding.Latin1.GetBytes(Request());
        if (kind < 5) return text;
        for (var change = random.Next(1, 4); change > 0; change--) text = Change(text);
        return text;
    }

    private string Request()
    {
        var text = new StringBuilder($"{One(Methods)} {One(Paths)} {One(Versions)}\r\n");
        if (random.Next(8) != 0) text.Append($"Host: {host}\r\n");
        for (var count = random.Next(4); count > 0; count--) text.Append(One(Headers)).Append("\r\n");
        if (random.Next(50) == 0) text.Append("Long: ").Append('a', random.Next(20_000)).Append("\r\n");
        return text.Append("\r\n").Append('b', random.Next(4) == 0 ? random.Next(20) : 0).ToString();
    }

    private byte[] Change(byte[] bytes)
    {
        var at = random.Next(bytes.Length + 1);
        switch (random.Next(4))
        {
            case 0:
                return bytes[..at];
            case 1:
                return [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
            case 2:
                return [.. bytes[..at], .. bytes[Math.Min(at + random.Next(9), bytes.Length)..]];
            default:
                if (at < bytes.Length) bytes[at] = (byte)random.Next(256);
                return bytes;
        }
    }

    private string One(string[] of) => of[random.Next(of.Length)];
}
