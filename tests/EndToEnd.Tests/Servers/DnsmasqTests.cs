using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Servers;

/// <summary>A DNS server: UDP and TCP on one port, and both with SO_REUSEADDR set by the program itself.</summary>
public sealed class DnsmasqTests : DaemonTest
{
    /// <summary>
    /// Without an option it binds the wildcard of both families, and takes over TCP only what comes to an interface's own
    /// address.
    /// </summary>
    [Theory]
    [InlineData("--bind-interfaces")]
    [InlineData("--bind-dynamic")]
    [InlineData("")]
    public async Task Query_FourCopies_AllServeOverUdpAndTcp(string option)
    {
        var dnsmasq = Programs.Require("dnsmasq", "dnsmasq-base");
        Daemon.Configure($$"""
            services:
              dns:
                command:
                  - {{dnsmasq}}
                  - --keep-in-foreground
                  - --conf-file=/dev/null
                  - --pid-file=
                  - --user=
                  - --no-resolv
                  - --no-hosts
                  - --port={{Port}}
                  - --listen-address=127.0.0.1{{(option.Length > 0 ? $"\n      - {option}" : "")}}
                  - --txt-record={{Dns.Name}},{worker}
                workers: 4
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();
        // Ready is the UDP socket; the TCP one is made a moment later.
        foreach (var worker in Copies.Numbers)
            await Daemon.EventAsync("listen", $"dns@{worker}", where: record => record["REUSEPORT_TYPE"] == "stream");

        await Copies.AllAnswerAsync(Copies.Numbers, () => Dns.UdpAsync("127.0.0.1", Port));
        await Copies.AllAnswerAsync(Copies.Numbers, () => Dns.TcpAsync("127.0.0.1", Port));
    }
}
