using System.Net;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Handover;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>
/// The daemon's own TCP ports. A later program of this process, or the next daemon, goes on with the same sockets.
/// </summary>
/// <param name="inherited">Sockets of the earlier daemon.</param>
internal sealed class TcpListeners(IEnumerable<SavedListener> inherited, TimeProvider time) : IDisposable
{
    /// <summary>The guard of a daemon that died has its ports until the workers of that daemon have ended.</summary>
    private static readonly TimeSpan FreeWithin = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(50);

    private readonly Dictionary<string, TcpListeningSocket> _former =
        inherited.DistinctBy(one => one.Address).ToDictionary(one => one.Address, one => TcpListeningSocket.Resume(one.Number));

    private readonly Dictionary<string, TcpListeningSocket> _open = [];

    /// <summary>Opens the sockets of a key of the configuration.</summary>
    /// <param name="isFirst">False if workers of an earlier daemon run. They matter more than a port.</param>
    /// <returns>The reason why the daemon cannot start; null if it can.</returns>
    public async Task<string?> OpenAsync(string key, IEnumerable<string> addresses, bool isFirst, ILogger log)
    {
        string? obstacle = null;
        foreach (var address in addresses)
        {
            var errno = await OpenAsync(address);
            if (errno == Errno.None) continue;
            log.NotListening(key, address, errno);
            if (isFirst) obstacle = $"{key}: the daemon cannot listen on {address}: {errno}";
        }

        return obstacle;
    }

    /// <summary>Opens the socket at an address, which is in its usual form, such as <c>127.0.0.1:9181</c>.</summary>
    private async Task<Errno> OpenAsync(string address)
    {
        if (_open.ContainsKey(address)) return Errno.None;
        var endpoint = IPEndPoint.Parse(address);
        if (_former.Remove(address, out var former))
        {
            if (endpoint.Equals(former.BoundAddress()))
            {
                _open[address] = former;
                return Errno.None;
            }

            former.Dispose();
        }

        var since = time.GetTimestamp();
        while (true)
        {
            if (TcpListeningSocket.TryOpen(endpoint, out var errno) is { } made) _open[address] = made;
            if (errno != Errno.AlreadyInUse || time.GetElapsedTime(since) > FreeWithin) return errno;
            await Task.Delay(BetweenTries, time);
        }
    }

    /// <summary>The open socket at an address; null if there is none.</summary>
    public TcpListeningSocket? Find(string address) => _open.GetValueOrDefault(address);

    /// <summary>Closes the sockets of the earlier daemon that this one does not use.</summary>
    public void CloseRest()
    {
        foreach (var socket in _former.Values) socket.Dispose();
        _former.Clear();
    }

    public SavedListener[] Save() => [.. _open.Select(one => new SavedListener(one.Key, one.Value.Number))];

    public void Dispose()
    {
        CloseRest();
        foreach (var socket in _open.Values) socket.Dispose();
    }
}
