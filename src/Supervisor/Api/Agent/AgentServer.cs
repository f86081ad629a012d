using System.Net.Sockets;
using System.Text;
using Reuseportd.Api.Admission;
using Reuseportd.Linux.Sockets;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Agent;

/// <summary>
/// Answers HAProxy's agent checks. A client may send the name of a service in one line (<c>agent-send</c>); else it gets the
/// answer for the host. Connections, their time, and the snapshots that they cause are bounded.
/// </summary>
/// <param name="listeners">Stay open at the end: clients then wait for the next program.</param>
/// <param name="snapshot">Asks the loop.</param>
internal sealed class AgentServer(
    IReadOnlyList<IListener> listeners, Func<CancellationToken, Task<FleetSnapshot>> snapshot, TimeProvider time)
    : IDisposable
{
    private const int MostConnections = 64;
    private const int LongestRequest = 128;

    /// <summary>HAProxy sends the line with the connection. Without a line, this time passes before each answer.</summary>
    private static readonly TimeSpan RequestWithin = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan LongestConnection = TimeSpan.FromSeconds(2);

    /// <summary>Many clients share one look at the fleet.</summary>
    private static readonly TimeSpan SnapshotAge = TimeSpan.FromMilliseconds(200);

    /// <summary>Of an answer after the end of the loop.</summary>
    private static readonly TimeSpan LongestAge = TimeSpan.FromSeconds(10);

    private Acceptor? _acceptor;
    private volatile Known? _known;

    public void Start()
    {
        _acceptor = new Acceptor(listeners, MostConnections, handle => _ = ServeAsync(handle));
        _acceptor.Start("agent-check");
    }

    /// <summary>Accepts no more connections. Open ones end by themselves.</summary>
    public void Dispose() => _acceptor?.Dispose();

    private async Task ServeAsync(SafeSocketHandle handle)
    {
        try
        {
            using var socket = new Socket(handle);
            using var limit = new CancellationTokenSource(LongestConnection, time);
            var service = await RequestAsync(socket, limit.Token);
            var answer = AgentAnswer.For(await FleetAsync(limit.Token), service);
            await socket.SendAsync(Encoding.UTF8.GetBytes(answer), limit.Token);
            socket.Shutdown(SocketShutdown.Send);
            // Data that was not read would make the end of the connection a reset, which can destroy the answer.
            var rest = new byte[LongestRequest];
            for (var reads = 0; reads < LongestRequest && await socket.ReceiveAsync(rest, limit.Token) > 0; reads++) { }
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException)
        {
            // The client is gone or too slow, or the daemon ends.
        }
        finally
        {
            handle.Dispose();
            _acceptor!.Leave();
        }
    }

    /// <returns>The first line; empty if none comes in time.</returns>
    private async Task<string> RequestAsync(Socket socket, CancellationToken cancellation)
    {
        var request = new byte[LongestRequest];
        var length = 0;
        using var patience = new CancellationTokenSource(RequestWithin, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            while (length < request.Length && !request.AsSpan(0, length).Contains((byte)'\n'))
            {
                var got = await socket.ReceiveAsync(request.AsMemory(length), both.Token);
                if (got == 0) break;
                length += got;
            }
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            // The client sends nothing, or not a whole line.
        }

        return LineOf(request.AsSpan(0, length));
    }

    private static string LineOf(ReadOnlySpan<byte> request)
    {
        var end = request.IndexOf((byte)'\n');
        return Encoding.UTF8.GetString(end < 0 ? request : request[..end]).Trim();
    }

    private async Task<FleetSnapshot> FleetAsync(CancellationToken cancellation)
    {
        if (_known is { } known && time.GetElapsedTime(known.At) < SnapshotAge) return known.Fleet;
        try
        {
            var fleet = await snapshot(cancellation);
            _known = new Known(fleet, time.GetTimestamp());
            return fleet;
        }
        catch (OperationCanceledException)
            when (!cancellation.IsCancellationRequested && _known is { } last && time.GetElapsedTime(last.At) < LongestAge)
        {
            // The loop has ended, as another program takes over or the daemon stops.
            return _known.Fleet;
        }
    }

    private sealed record Known(FleetSnapshot Fleet, long At);
}
