using System.Net;
using System.Net.Sockets;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// A port that no other test has, in this process or in another, with loopback addresses for it. An abstract Unix socket is
/// the claim, so the claim ends with the process. The ports are below the ephemeral ports of the kernel.
/// </summary>
internal sealed class Site : IDisposable
{
    private const int FirstPort = 20_000;
    private const int PortCount = 10_000;

    private static int _last = Environment.ProcessId;

    private readonly Socket _claim;

    public Site()
    {
        for (var attempt = 0; attempt < PortCount; attempt++)
        {
            Port = FirstPort + (Interlocked.Increment(ref _last) & int.MaxValue) % PortCount;
            if (TryClaim(Port) is not { } claim) continue;
            _claim = claim;
            if (IsFree(Port, SocketType.Stream, ProtocolType.Tcp) && IsFree(Port, SocketType.Dgram, ProtocolType.Udp)) return;
            claim.Dispose();
        }

        throw new InvalidOperationException("no free port");
    }

    /// <summary>Free on every address.</summary>
    public int Port { get; }

    public string Address => AddressOf(1);

    /// <summary>An address of this test alone, by number.</summary>
    public string AddressOf(int number) => $"127.{Port / 256}.{Port % 256}.{number}";

    public void Dispose() => _claim.Dispose();

    private static Socket? TryClaim(int port)
    {
        var claim = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            claim.Bind(new UnixDomainSocketEndPoint($"\0reuseportd-test-port-{port}"));
            return claim;
        }
        catch (SocketException)
        {
            claim.Dispose();
            return null;
        }
    }

    private static bool IsFree(int port, SocketType type, ProtocolType protocol)
    {
        using var socket = new Socket(AddressFamily.InterNetworkV6, type, protocol) { DualMode = true };
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.IPv6Any, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
