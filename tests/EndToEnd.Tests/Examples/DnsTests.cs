using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Examples;

public sealed class DnsTests : ExampleTest
{
    public static TheoryData<string, int, string, string> Servers => new()
    {
        { "dnsmasq", 5300, "dnsmasq", "dnsmasq-base" },
        { "unbound", 5301, "unbound", "unbound" },
    };

    /// <summary>The kernel counts the datagrams of each copy.</summary>
    [Theory]
    [MemberData(nameof(Servers))]
    public Task Restart_UnderLoad_LosesNothing(string name, int port, string program, string package) =>
        ServesAndRollsAsync(name, (program, package), async client =>
            Assert.Equal("hello", Dns.Text(await client.UdpAsync(port, Dns.Question))));

    [Theory]
    [MemberData(nameof(Servers))]
    public Task Start_AsOrdinaryUser_Serves(string name, int port, string program, string package)
    {
        _ = port;
        return ServesAnOrdinaryUserAsync(name, (program, package));
    }
}
