using System.Net.Sockets;
using System.Text.Json;
using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Updating;

namespace EndToEnd.Tests.Servers;

/// <summary>A DNS server: UDP and TCP on one port, and both with SO_REUSEADDR set by the program itself.</summary>
public sealed class DnsmasqTests : SteeredTest
{
    /// <summary>
    /// Without an option dnsmasq binds the wildcard address of both families, and accepts TCP connections to addresses of
    /// interfaces only.
    /// </summary>
    [Theory]
    [InlineData("--bind-interfaces")]
    [InlineData("--bind-dynamic")]
    [InlineData("")]
    public async Task Query_FourCopies_AllServeOverUdpAndTcp(string option)
    {
        ConfigureDnsmasq(option, "workers: 4");
        await Daemon.StartAsync();
        await AllListenAsync(Copies.Numbers);

        await Copies.AllAnswerAsync(Copies.Numbers, () => Dns.UdpAsync("127.0.0.1", Port));
        await Copies.AllAnswerAsync(Copies.Numbers, () => Dns.TcpAsync("127.0.0.1", Port));
    }

    [Fact]
    public async Task Status_UdpAndTcpOnOnePort_HasTheOutcomesOfBoth()
    {
        ConfigureDnsmasq("--bind-interfaces", "workers: 2");
        await Daemon.StartAsync();
        await AllListenAsync(["0", "1"]);

        using var status = JsonDocument.Parse((await Daemon.ControlAsync("status", "-o", "json")).Out);
        foreach (var worker in status.RootElement.GetProperty("workers").EnumerateArray())
        {
            Assert.Equal(
                ["bind dgram ok", "bind stream ok", "listen stream ok"],
                worker.GetProperty("binds").EnumerateArray()
                    .Select(bind => Words(bind, "call", "type", "result")).Order(StringComparer.Ordinal));
        }

        Assert.Equal([$"{Port}", $"{Port}"], Rows((await Daemon.ControlAsync("status")).Out).Select(row => row[5]));
        Assert.Equal(
            from worker in new[] { "dns@0", "dns@1" }
            from call in new[] { "bind udp", "bind tcp", "listen tcp" }
            select $"{worker} {call} 127.0.0.1 {Port} yes ok",
            Rows((await Daemon.ControlAsync("binds")).Out)
                .Select(row => $"{row[0]} {row[3]} {row[4]} {row[5]} {row[6]} {row[7]} {row[9]}"));
    }

    [Theory]
    [InlineData(Program)]
    [InlineData(Classic)]
    public async Task Restart_UnderLoad_LosesNoQuery(string way)
    {
        ConfigureDnsmasq("--bind-interfaces", "workers: 4");
        await StartAsync(way);
        await using var load = Load.Dns("127.0.0.1", Port, Dns.Question);
        await load.AnswersAsync(200);
        for (var round = 0; round < 2; round++)
        {
            var restart = await Daemon.ControlAsync("restart", "dns");
            Assert.Equal((0, "dns: 4 of 4 workers ready\n"), (restart.Code, restart.Out));
            await load.AnswersAsync(200);
        }

        Assert.Empty(await load.StopAsync());
        Assert.Equal(8, Daemon.Events("exit").Length);
    }

    /// <summary>Another socket has the port for TCP only.</summary>
    [Fact]
    public async Task Status_OnlyTcpIsTaken_NamesTheProtocol()
    {
        using var stranger = new TcpListener(System.Net.IPAddress.Loopback, Port);
        stranger.Start();
        ConfigureDnsmasq("--bind-interfaces", "restart: { delay: 60s, max_delay: 60s }");
        await Daemon.StartAsync();
        // dnsmasq binds UDP first, and is ready until it ends by the failed bind of TCP.
        await Daemon.EventAsync("backoff");

        var status = "";
        await Deadline.UntilAsync(
            async () =>
                (status = (await Daemon.ControlAsync("status")).Out).Contains("; last line of ", StringComparison.Ordinal),
            "what it wrote has been read");
        Assert.Equal($"{Port}/tcp:EADDRINUSE", Rows(status).Single()[5]);
        Assert.Contains($"dns@0: bind 127.0.0.1:{Port} tcp: EADDRINUSE; exit code 2; ", status, StringComparison.Ordinal);
        Assert.EndsWith(
            "; last line of dns@0: dnsmasq: failed to create listening socket for 127.0.0.1: Address already in use\n",
            status, StringComparison.Ordinal);
    }

    private void ConfigureDnsmasq(string option, string more) => Daemon.Configure($$"""
        services:
          dns:
            command:
              - {{Programs.Require("dnsmasq", "dnsmasq-base")}}
              - --keep-in-foreground
              - --conf-file=/dev/null
              - --pid-file=
              - --user=
              - --no-resolv
              - --no-hosts
              - --port={{Port}}
              - --listen-address=127.0.0.1{{(option.Length > 0 ? $"\n      - {option}" : "")}}
              - --txt-record={{Dns.Name}},{worker}
            reuseport: { ports: [{{Port}}] }
            {{more}}
        """);

    /// <summary>The worker is ready by its UDP socket; dnsmasq makes the TCP socket a moment later.</summary>
    private async Task AllListenAsync(IEnumerable<string> workers)
    {
        foreach (var worker in workers)
            await Daemon.EventAsync("listen", $"dns@{worker}", where: record => record["REUSEPORT_TYPE"] == "stream");
    }

    private static string Words(JsonElement element, params string[] keys) =>
        string.Join(' ', keys.Select(key => element.GetProperty(key).GetString()));

    /// <summary>Rows of workers in a table, without its header and its footer.</summary>
    private static IEnumerable<string[]> Rows(string table) => table.Split('\n')
        .Where(line => line.StartsWith("dns@", StringComparison.Ordinal) && !line.Contains(": ", StringComparison.Ordinal))
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
