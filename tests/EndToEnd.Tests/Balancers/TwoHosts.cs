using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Balancers;

/// <summary>
/// HAProxy with two hosts behind it, each in a network namespace of its own. Clients reach HAProxy by a Unix socket.
/// </summary>
internal sealed class TwoHosts : IAsyncDisposable
{
    private const int Port = 8080;
    private const int AgentPort = 9181;

    /// <summary>
    /// Arguments: the name of the test. Makes the namespaces of the balancer and of the hosts, with a link between the balancer
    /// and each host.
    /// </summary>
    private const string Script = """
        set -eu
        for name in lb a b; do
            ip netns add "$1-$name" || exit 77
            ip -n "$1-$name" link set lo up
        done
        for host in a b; do
            [ $host = a ] && net=1 || net=2
            ip -n "$1-lb" link add "to-$host" type veth peer name eth0 netns "$1-$host" || exit 77
            ip -n "$1-lb" address add "10.77.$net.1/24" dev "to-$host"
            ip -n "$1-lb" link set "to-$host" up
            ip -n "$1-$host" address add "10.77.$net.2/24" dev eth0
            ip -n "$1-$host" link set eth0 up
        done
        """;

    private readonly string _name = $"lb-{Guid.NewGuid().ToString("N")[..8]}";
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _kept;
    private Process? _balancer;

    public TwoHosts() => _kept = new HttpClient(new SocketsHttpHandler
    {
        ConnectCallback = async (_, stop) =>
        {
            var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await client.ConnectAsync(new UnixDomainSocketEndPoint(_folder["front.sock"]), stop);
            return new NetworkStream(client, ownsSocket: true);
        },
    });

    public Daemon[] Hosts { get; } = [new(), new()];

    /// <summary>Starts both daemons and HAProxy. The test is skipped if that is not possible here.</summary>
    /// <param name="failing">The number of a worker of each host that does not start; null for none.</param>
    /// <param name="more">Further lines of <c>reuseportd.yaml</c> of each host.</param>
    public async Task StartAsync(int? failing = null, string more = "")
    {
        Root.Require();
        var haproxy = Programs.Require("haproxy", "haproxy");
        Programs.Require("ip", "iproute2");
        var made = await Command.RunAsync("sh", ["-c", Script, "two-hosts", _name]);
        Assert.SkipWhen(made.Code == 77, $"no network namespaces can be made here: {made.Error}");
        Assert.True(made.Code == 0, made.Error);
        for (var number = 0; number < Hosts.Length; number++)
        {
            var (host, address) = (Hosts[number], AddressOf(number));
            host.Wrapper = In(number == 0 ? "a" : "b");
            host.Folder.Write("etc/reuseportd.yaml", $"agent_check: {address}:{AgentPort}\n{more}");
            host.Configure($$"""
                services:
                  web:
                    command: [sh, -c, '[ $REUSEPORT_WORKER != {{failing ?? -1}} ] && exec {{Checkout.Worker("hello")}} {{Port}}']
                    workers: 3
                    restart: { delay: 1h, max_delay: 1h }
                    reuseport: { ports: [{{Port}}] }
                """);
            await host.StartAsync();
        }

        var file = _folder.Write("haproxy.cfg", Configuration());
        var words = In("lb");
        _balancer = Process.Start(Command.Start(words[0], [.. words[1..], haproxy, "-db", "-f", file]))!;
        _balancer.StandardInput.Close();
        _ = _balancer.StandardOutput.ReadToEndAsync();
        _ = _balancer.StandardError.ReadToEndAsync();
        await HasAsync(0, "UP");
        await HasAsync(1, "UP");
    }

    /// <summary>A request through HAProxy.</summary>
    /// <returns>The pid of the worker that answers.</returns>
    public async Task<int> RequestAsync()
    {
        var answer = await TalkAsync("front.sock", "GET / HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n");
        Assert.Matches(@"^HTTP/1\.[01] 200 ", answer);
        return int.Parse(answer.TrimEnd().Split(' ')[^1]);
    }

    /// <summary>A request on a connection to HAProxy that is kept for later requests.</summary>
    public async Task RequestKeptAsync()
    {
        var answer = await _kept.GetStringAsync("http://test/");
        Assert.InRange(int.Parse(answer.TrimEnd().Split(' ')[^1]), 2, int.MaxValue);
    }

    /// <summary>HAProxy has repeated no request, moved none to another host, and lost no connection to a host.</summary>
    public async Task AssertNothingIsHiddenAsync()
    {
        for (var host = 0; host < Hosts.Length; host++)
            foreach (var field in (string[])["wretr", "wredis", "econ", "eresp"])
                Assert.Equal((host, field, "0"), (host, field, await FieldAsync(host, field)));
    }

    /// <summary>Waits until HAProxy's status of a host begins with this word.</summary>
    public Task HasAsync(int host, string status) => Deadline.UntilAsync(
        async () => (await FieldAsync(host, "status")).StartsWith(status, StringComparison.Ordinal),
        $"host {host} is {status}");

    /// <summary>A field of HAProxy's statistics of a host.</summary>
    public async Task<string> FieldAsync(int host, string field)
    {
        if (!File.Exists(_folder["stats.sock"])) return "";
        var rows = (await TalkAsync("stats.sock", "show stat\n")).TrimStart('#', ' ').Split('\n');
        var at = Array.IndexOf(rows[0].Split(','), field);
        return rows.Select(row => row.Split(',')).Single(row => row is ["web", var server, ..] && server == $"host{host}")[at];
    }

    public async ValueTask DisposeAsync()
    {
        if (_balancer is { HasExited: false }) _balancer.Kill();
        _balancer?.Dispose();
        _kept.Dispose();
        foreach (var host in Hosts) await host.DisposeAsync();
        foreach (var name in (string[])["a", "b", "lb"]) await Command.RunAsync("ip", ["netns", "delete", $"{_name}-{name}"]);
        _folder.Dispose();
    }

    private static string AddressOf(int host) => $"10.77.{host + 1}.2";

    private string[] In(string name) => ["nsenter", $"--net=/run/netns/{_name}-{name}"];

    /// <summary>
    /// Checks of a host that is up are so slow that only the agent can save a request. The second host is checked as a whole:
    /// its agent waits for a request before it answers, and without <c>timeout check</c> HAProxy gives up after
    /// <c>agent-inter</c>.
    /// </summary>
    private string Configuration() => $"""
        global
            stats socket {_folder["stats.sock"]}
        defaults
            mode http
            timeout connect 2s
            timeout client 20s
            timeout server 20s
            timeout check 2s
        frontend clients
            bind unix@{_folder["front.sock"]}
            default_backend web
        backend web
            balance roundrobin
            retries 3
            option redispatch
            default-server check inter 5s downinter 200ms fall 3 rise 1 weight 100
            default-server agent-check agent-port {AgentPort}
            server host0 {AddressOf(0)}:{Port} agent-inter 100ms agent-send "web\n"
            server host1 {AddressOf(1)}:{Port} agent-inter 200ms

        """;

    private async Task<string> TalkAsync(string socket, string request)
    {
        using var stop = new CancellationTokenSource(Deadline.Patience);
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await client.ConnectAsync(new UnixDomainSocketEndPoint(_folder[socket]), stop.Token);
        await using var stream = new NetworkStream(client);
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), stop.Token);
        using var answer = new MemoryStream();
        await stream.CopyToAsync(answer, stop.Token);
        return Encoding.UTF8.GetString(answer.ToArray());
    }
}
