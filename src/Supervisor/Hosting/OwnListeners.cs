using System.Net;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Handover;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>
/// The sockets of <c>listen</c> and <c>agent_check</c>. A later program of this process, or the next daemon, goes on with the
/// same sockets.
/// </summary>
/// <param name="inherited">Sockets of the earlier daemon.</param>
/// <param name="access">Of sockets with a path.</param>
internal sealed class OwnListeners(IEnumerable<SavedListener> inherited, SocketAccess access, TimeProvider time) : IDisposable
{
    private const string What = "the socket";

    /// <summary>The guard of a daemon that died has its sockets until the workers of that daemon have ended.</summary>
    private static readonly TimeSpan FreeWithin = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<string, SavedListener> _former =
        inherited.DistinctBy(one => one.Address).ToDictionary(one => one.Address);

    private readonly Dictionary<string, IListener> _open = [];

    /// <summary>Opens the sockets of a key of the configuration.</summary>
    /// <param name="isFirst">False if workers of an earlier daemon run. They matter more than a port.</param>
    /// <returns>The reason why the daemon cannot start; null if it can.</returns>
    public async Task<string?> OpenAsync(string key, IEnumerable<string> addresses, bool isFirst, ILogger log)
    {
        string? obstacle = null;
        foreach (var address in addresses)
        {
            if (await OpenAsync(address) is not { } failed) continue;
            log.NotListening(key, address, failed.Errno);
            if (isFirst) obstacle = $"{key}: {failed.Text}";
        }

        return obstacle;
    }

    /// <summary>Opens the socket at an address, which is in its usual form, such as <c>127.0.0.1:9181</c>.</summary>
    private async Task<SocketObstacle?> OpenAsync(string address)
    {
        if (_open.ContainsKey(address)) return null;
        var since = time.GetTimestamp();
        while (true)
        {
            SocketObstacle? obstacle = null;
            if ((_former.Remove(address, out var former) ? Resume(former) : TryOpen(address, out obstacle)) is { } made)
            {
                _open[address] = made;
                return null;
            }

            // A former socket that is of no use is closed, and another one is made.
            if (obstacle is null) continue;
            if (obstacle.Errno != Errno.AlreadyInUse || time.GetElapsedTime(since) > FreeWithin) return obstacle;
            await Task.Delay(BetweenTries, time);
        }
    }

    /// <summary>The open socket at an address; null if there is none.</summary>
    public IListener? Find(string address) => _open.GetValueOrDefault(address);

    /// <summary>Closes the sockets of the earlier daemon that this one does not use, and removes their paths.</summary>
    public void CloseRest()
    {
        foreach (var former in _former.Values) Resume(former)?.Dispose();
        _former.Clear();
    }

    public SavedListener[] Save() =>
    [
        .. _open.Select(one => new SavedListener(one.Key, one.Value.Descriptor.Number)
        {
            LockFile = (one.Value as SocketFile)?.Numbers.LockFile,
        }),
    ];

    public void Dispose()
    {
        CloseRest();
        foreach (var socket in _open.Values) socket.Dispose();
    }

    /// <returns>Null if the socket is of no use; it is closed then.</returns>
    private IListener? Resume(SavedListener former)
    {
        if (ListenSpec.PathOf(former.Address) is { } path)
        {
            if (former.LockFile is { } held) return SocketFile.Resume(path, What, (former.Number, held), access, out _);
            new Descriptor(former.Number).Dispose();
            return null;
        }

        var socket = TcpListeningSocket.Resume(former.Number);
        if (IPEndPoint.Parse(former.Address).Equals(socket.BoundAddress())) return socket;
        socket.Dispose();
        return null;
    }

    private IListener? TryOpen(string address, out SocketObstacle? obstacle)
    {
        if (ListenSpec.PathOf(address) is { } path)
        {
            var file = SocketFile.TryOpen(path, What, access, out obstacle);
            file?.Socket.Listen();
            return file;
        }

        var made = TcpListeningSocket.TryOpen(IPEndPoint.Parse(address), out var errno);
        obstacle = made is null ? new($"the daemon cannot listen on {address}: {errno}", errno) : null;
        return made;
    }
}
