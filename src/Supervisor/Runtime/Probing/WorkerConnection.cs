using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Reuseportd.Linux.Sockets;

namespace Reuseportd.Runtime.Probing;

/// <summary>A failed probe. The message gives the reason, for people.</summary>
internal sealed class ProbeFailedException(string message) : Exception(message);

/// <summary>
/// Makes a connection to a certain worker. If the port belongs to the worker alone, every connection reaches it. On a shared port
/// the kernel chooses a worker. So connections are made and checked until one reaches the right worker; the others are closed.
/// With steering the first connection does, unless two visits overlap.
/// </summary>
internal static class WorkerConnection
{
    /// <summary>Tries for each worker on the port. With this number, all tries miss the worker once in 3,000 probes.</summary>
    private const int TriesForEach = 8;

    private static readonly TimeSpan LongestHandshake = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LastLook = TimeSpan.FromMilliseconds(50);

    /// <exception cref="ProbeFailedException">No connection reached the worker.</exception>
    /// <exception cref="OperationCanceledException">
    /// The timeout has passed. This is also the result if the worker accepts nothing.
    /// </exception>
    public static async Task<Socket> OpenAsync(ProbeTarget target, TimeProvider time, CancellationToken cancel)
    {
        if (target.Sharers == 1) return await ConnectAsync(target, cancel);
        using var diag = new ConnectionDiag();
        for (var left = TriesForEach * target.Sharers; left > 0; left--)
            if (await TryAsync(target, diag, time, cancel) is { } socket) return socket;

        throw new ProbeFailedException(string.Create(
            CultureInfo.InvariantCulture,
            $"none of {TriesForEach * target.Sharers} connections to port {target.Port} came to this worker"));
    }

    /// <returns>Null if another worker has the connection.</returns>
    private static async Task<Socket?> TryAsync(
        ProbeTarget target, ConnectionDiag diag, TimeProvider time, CancellationToken cancel)
    {
        if (await ConnectSoonAsync(target, time, cancel) is not { } socket) return null;
        try
        {
            if (await IsThisWorkersAsync(socket, target, diag, time, cancel)) return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        socket.Dispose();
        return null;
    }

    /// <summary>
    /// A handshake on one machine takes no time unless the chosen worker's queue is full. The kernel then drops the handshake and
    /// retries for seconds. A new connection may reach another worker sooner.
    /// </summary>
    private static async Task<Socket?> ConnectSoonAsync(ProbeTarget target, TimeProvider time, CancellationToken cancel)
    {
        using var soon = new CancellationTokenSource(LongestHandshake, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(soon.Token, cancel);
        try
        {
            return await ConnectAsync(target, either.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<Socket> ConnectAsync(ProbeTarget target, CancellationToken cancel)
    {
        SocketException? failure = null;
        foreach (var address in target.Addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                using var visit = await VisitAsync(target, socket);
                await socket.ConnectAsync(new IPEndPoint(address, target.Port), cancel);
                return socket;
            }
            catch (SocketException refused)
            {
                socket.Dispose();
                failure ??= refused;
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }

        throw new ProbeFailedException(string.Create(
            CultureInfo.InvariantCulture, $"{new IPEndPoint(target.Addresses[0], target.Port)}: {failure!.Message}"));
    }

    /// <summary>Binds the socket first: routing needs the client port before the connection is made.</summary>
    private static async Task<IDisposable?> VisitAsync(ProbeTarget target, Socket socket)
    {
        if (target.Visit is not { } visit) return null;
        socket.Bind(new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0));
        return await visit(((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    /// <summary>The kernel does not notify of an accept, so it is asked at growing intervals.</summary>
    private static async Task<bool> IsThisWorkersAsync(
        Socket socket, ProbeTarget target, ConnectionDiag diag, TimeProvider time, CancellationToken cancel)
    {
        var (server, client) = ((IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!);
        for (var wait = FirstLook; ; wait = wait * 2 < LastLook ? wait * 2 : LastLook)
        {
            if (diag.Find(server, client) is not { } inode) return false;
            if (target.OwnerOf(inode) is { } isOurs) return isOurs;
            // The owner does not accept. The owner can be this worker only if this worker has queued connections.
            if (wait >= LastLook && !target.HasWaiting()) return false;
            await Task.Delay(wait, time, cancel);
        }
    }
}
