using System.Collections.Concurrent;
using System.Net.Sockets;

namespace EndToEnd.Tests.Harness;

/// <summary>
/// Clients that each have one request in progress, until they are stopped. A failure is a request that a user would see fail:
/// refused, reset, closed without the whole answer, another status than 200, no answer in time.
/// </summary>
internal sealed class Load : IAsyncDisposable
{
    /// <summary>
    /// A client's wait after each answer. Twelve clients then send about a thousand requests a second, and several tests at one
    /// time do not take the processors from each other.
    /// </summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    private readonly TimeSpan _pause;
    private readonly CancellationTokenSource _over = new();
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly UdpClient[] _flows;
    private readonly Task _clients;
    private long _answered;

    private Load(UdpClient[] flows, IEnumerable<Func<Task>> clients, TimeSpan? pause = null)
    {
        (_flows, _pause) = (flows, pause ?? Pause);
        _clients = Task.WhenAll(clients.Select(ask => Task.Run(() => RunAsync(ask))));
    }

    public long Answered => Interlocked.Read(ref _answered);

    /// <param name="ask">Sends one request, and throws if it fails. Each client repeats the request.</param>
    /// <param name="pause">
    /// In place of <see cref="Pause"/>; zero for as many requests as the machine can answer, as for the search for stuck workers.
    /// </param>
    public static Load Start(Func<Task> ask, int clients, TimeSpan? pause = null) =>
        new([], Enumerable.Repeat(ask, clients), pause);

    /// <summary>HTTP, with a connection for each request.</summary>
    /// <inheritdoc cref="Start"/>
    public static Load Http(string address, int port, int clients = 12, TimeSpan? pause = null) =>
        Start(() => Ask.HttpAsync(address, port), clients, pause);

    /// <summary>Datagrams that the server answers with one datagram each. Each client is its own flow.</summary>
    public static Load Udp(string address, int port, int clients = 12)
    {
        UdpClient[] flows = [.. Enumerable.Range(0, clients).Select(_ => new UdpClient(address, port))];
        return new Load(flows, flows.Select<UdpClient, Func<Task>>(flow => async () =>
        {
            using var patience = new CancellationTokenSource(Deadline.Patience / 8);
            await flow.SendAsync("?"u8.ToArray());
            await flow.ReceiveAsync(patience.Token);
        }));
    }

    /// <summary>DNS, with a port for each query; none is sent twice.</summary>
    public static Load Dns(string address, int port, byte[] query, int clients = 8) =>
        new([], Enumerable.Repeat<Func<Task>>(() => Harness.Dns.OnceAsync(address, port, query), clients));

    /// <summary>Waits until this number of requests has been answered, or a request has failed.</summary>
    public Task AnswersAsync(int more)
    {
        var until = Answered + more;
        return Deadline.UntilAsync(() => Answered >= until || !_failures.IsEmpty, $"{until} requests are answered");
    }

    /// <returns>The failure of each failed request.</returns>
    public async Task<string[]> StopAsync()
    {
        await _over.CancelAsync();
        await _clients;
        return [.. _failures];
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        foreach (var flow in _flows) flow.Dispose();
        _over.Dispose();
    }

    private async Task RunAsync(Func<Task> ask)
    {
        while (!_over.IsCancellationRequested)
        {
            try
            {
                await ask();
                Interlocked.Increment(ref _answered);
            }
            catch (Exception failure) when (
                failure is SocketException or IOException or HttpRequestException or OperationCanceledException
                    or Xunit.Sdk.XunitException)
            {
                _failures.Enqueue($"after {Answered}: {failure.GetType().Name}: {failure.Message}");
            }

            if (_pause > TimeSpan.Zero) await Task.Delay(_pause);
        }
    }
}
