using System.Net.Sockets;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Sharding;

/// <summary>Bind outcomes in the log: the shared sockets and their options.</summary>
public sealed class FilterTests : DaemonTest
{
    [Fact]
    public async Task Ports_NotListed_AreNotShared()
    {
        using var other = new Site();
        Configure($"tcp4,{Address},{Port} tcp4,127.0.0.{{10+worker}},{other.Port}", $"ports: [{Port}]");
        await Daemon.StartAsync();

        foreach (var number in (int[])[0, 1])
        {
            var own = await Daemon.EventAsync(
                "listen", $"web@{number}", where: record => record["REUSEPORT_ADDRESS"] == $"127.0.0.{10 + number}");
            Assert.Equal(("0", "ok"), (own["REUSEPORT_MATCHED"], own["REUSEPORT_RESULT"]));
            Assert.EndsWith(", not sharded)", own.Message, StringComparison.Ordinal);
            var shared = await Daemon.EventAsync(
                "listen", $"web@{number}", where: record => record.Number("REUSEPORT_PORT") == Port);
            Assert.Equal("1", shared["REUSEPORT_MATCHED"]);
        }

        Assert.Matches($@"web@1 +ready +\S+ +\d+ +1 +{Port} ", (await Daemon.ControlAsync("status")).Out);
    }

    [Fact]
    public async Task Addresses_NotListed_AreNotShared()
    {
        Configure($"tcp4,{Address},{Port} tcp4,{Daemon.Site.AddressOf(2)},{Port}", $"ports: [{Port}], address: {Address}");
        Daemon.Launch();

        var refused = await Daemon.EventAsync("bind", where: record => record["REUSEPORT_RESULT"] == "EADDRINUSE");
        Assert.Equal((Daemon.Site.AddressOf(2), "0"), (refused["REUSEPORT_ADDRESS"], refused["REUSEPORT_MATCHED"]));
    }

    [Theory]
    [InlineData("tcp6", "stream")]
    [InlineData("udp6", "dgram")]
    public async Task Ports_Ipv6_AreShared(string protocol, string type)
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "no IPv6");
        Configure($"{protocol},::1,{Port}", $"ports: [{Port}], address: '::1'");
        await Daemon.StartAsync();

        var bind = await Daemon.EventAsync("bind", "web@1");
        Assert.Equal(
            ("inet6", type, "::1", "ok"),
            (bind["REUSEPORT_FAMILY"], bind["REUSEPORT_TYPE"], bind["REUSEPORT_ADDRESS"], bind["REUSEPORT_RESULT"]));
        Assert.Equal(2, Listeners.On(Port).Length);
    }

    [Fact]
    public async Task Listen_Backlog_IsRaised()
    {
        Configure($"tcp4,{Address},{Port}", $"ports: [{Port}], backlog: 1000");
        await Daemon.StartAsync();

        Assert.Equal("1000", (await Daemon.EventAsync("listen", "web@0"))["REUSEPORT_BACKLOG"]);
    }

    [Fact]
    public async Task Bind_Interface_IsSet()
    {
        Root.Require();
        Configure($"tcp4,{Address},{Port}", $"ports: [{Port}], interface: lo");
        await Daemon.StartAsync();

        var bind = await Daemon.EventAsync("bind", "web@0");
        Assert.Equal(("lo", "ok"), (bind["REUSEPORT_DEVICE"], bind["REUSEPORT_RESULT"]));
    }

    private void Configure(string sockets, string reuseport) => Daemon.Configure($$"""
        services:
          web:
            command: "{{Checkout.Worker("binds")}} {{sockets}}"
            workers: 2
            reuseport: { {{reuseport}} }
        """);
}
