using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Reuseportd.Linux.Sockets;

namespace Reuseportd.Runtime.Probing;

/// <summary>A probe did not get its answer; the message says why, for people.</summary>
internal sealed class ProbeFailedException(string message) : Exception(message);

/// <summary>
/// Makes a connection that a certain worker has. On a port of its own that is any connection. On a shared port the kernel
/// chooses, by the client's port among others: so connections are made until one is this worker's, which the kernel is asked
/// about each. The others are closed without a word. Where connections are steered the first one is its, unless two such visits
/// cross.
/// </summary>
internal static class WorkerConnection
{
    /// <summary>Tries for each worker on the port: with this many all of them miss one worker once in 3,000 times.</summary>
    private const int TriesForEach = 8;

    private static readonly TimeSpan LongestHandshake = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LastLook = TimeSpan.FromMilliseconds(50);

    /// <exception cref="ProbeFailedException">It could not be had.</exception>
    /// <exception cref="OperationCanceledException">The time is over; where nobody accepts, that is how it is seen.</exception>
    public static async Task<Socket> OpenAsync(ProbeTarget target, TimeProvider time, CancellationToken over)
    {
        if (target.Sharers == 1) return await ConnectAsync(target, over);
        using var diag = new ConnectionDiag();
        for (var left = TriesForEach * target.Sharers; left > 0; left--)
            if (await TryAsync(target, diag, time, over) is { } socket) return socket;

        throw new ProbeFailedException(string.Create(
            CultureInfo.InvariantCulture, $"none of {TriesForEach * target.Sharers} connections to port {target.Port} came to this worker"));
    }

    /// <returns>Null where another worker has it.</returns>
    private static async Task<Socket?> TryAsync(ProbeTarget target, ConnectionDiag diag, TimeProvider time, CancellationToken over)
    {
        if (await ConnectSoonAsync(target, time, over) is not { } socket) return null;
        try
        {
            if (await IsThisWorkersAsync(socket, target, diag, time, over)) return socket;
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
    /// On one machine a handshake takes no time, unless whose turn it is has a full queue: the kernel then drops it and tries
    /// that one again for seconds, while another connection may well come to somebody else.
    /// </summary>
    private static async Task<Socket?> ConnectSoonAsync(ProbeTarget target, TimeProvider time, CancellationToken over)
    {
        using var soon = new CancellationTokenSource(LongestHandshake, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(soon.Token, over);
        try
        {
            return await ConnectAsync(target, either.Token);
        }
        catch (OperationCanceledException) when (!over.IsCancellationRequested)
        {
            return null;
        }
    }

    private static async Task<Socket> ConnectAsync(ProbeTarget target, CancellationToken over)
    {
        SocketException? failure = null;
        foreach (var address in target.Addresses)
        {
            var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            try
            {
                using var visit = await VisitAsync(target, socket);
                await socket.ConnectAsync(new IPEndPoint(address, target.Port), over);
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

    /// <summary>Whom a connection is for is known by its port, so it has one before it is made.</summary>
    private static async Task<IDisposable?> VisitAsync(ProbeTarget target, Socket socket)
    {
        if (target.Visit is not { } visit) return null;
        socket.Bind(new IPEndPoint(socket.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0));
        return await visit(((IPEndPoint)socket.LocalEndPoint!).Port);
    }

    /// <summary>The kernel does not tell when a connection is accepted, so it is asked at growing intervals.</summary>
    private static async Task<bool> IsThisWorkersAsync(
        Socket socket, ProbeTarget target, ConnectionDiag diag, TimeProvider time, CancellationToken over)
    {
        var (server, client) = ((IPEndPoint)socket.RemoteEndPoint!, (IPEndPoint)socket.LocalEndPoint!);
        for (var wait = FirstLook; ; wait = wait * 2 < LastLook ? wait * 2 : LastLook)
        {
            if (diag.Find(server, client) is not { } inode) return false;
            if (target.OwnerOf(inode) is { } isOurs) return isOurs;
            // Whoever has it does not accept. This worker, only if some wait for it.
            if (wait >= LastLook && !target.HasWaiting()) return false;
            await Task.Delay(wait, time, over);
        }
    }
}
