namespace Preload.Tests;

/// <summary>The sockets that match LIBREUSEPORT_ADDR and LIBREUSEPORT_PORT.</summary>
public class MatchTests
{
    [Theory]
    [InlineData("-", "-", "127.0.0.1", 8080, true)]
    [InlineData("-", "-", "0.0.0.0", 8080, true)]
    [InlineData("-", "-", "::1", 65535, true)]
    [InlineData("-", "-", "::1", 1, true)]
    [InlineData("", "", "127.0.0.1", 8080, true)]
    [InlineData("-", "0", "127.0.0.1", 8080, true)]
    [InlineData("-", "8080", "127.0.0.1", 8080, true)]
    [InlineData("-", "8080", "::1", 8080, true)]
    [InlineData("-", "8080", "127.0.0.1", 8081, false)]
    [InlineData("-", "080", "127.0.0.1", 80, true)]
    [InlineData("-", "80,443", "127.0.0.1", 443, true)]
    [InlineData("-", " 80 , 443 ", "127.0.0.1", 443, true)]
    [InlineData("-", "80,443", "127.0.0.1", 444, false)]
    [InlineData("-", "8000-8010", "127.0.0.1", 7999, false)]
    [InlineData("-", "8000-8010", "127.0.0.1", 8000, true)]
    [InlineData("-", "8000-8010", "127.0.0.1", 8010, true)]
    [InlineData("-", "8000-8010", "127.0.0.1", 8011, false)]
    [InlineData("-", "8000-8000", "127.0.0.1", 8000, true)]
    [InlineData("-", "1-65535", "127.0.0.1", 65535, true)]
    [InlineData("-", "65535", "127.0.0.1", 65535, true)]
    [InlineData("-", "65535", "127.0.0.1", 1, false)]
    [InlineData("-", "9,8000-8010,7", "127.0.0.1", 7, true)]
    [InlineData("127.0.0.1", "-", "127.0.0.1", 8080, true)]
    [InlineData("127.0.0.1", "-", "127.0.0.2", 8080, false)]
    [InlineData("127.0.0.1", "-", "0.0.0.0", 8080, false)]
    [InlineData("127.0.0.1", "-", "::1", 8080, false)]
    [InlineData("0.0.0.0", "-", "0.0.0.0", 8080, true)]
    [InlineData("0.0.0.0", "-", "127.0.0.1", 8080, false)]
    [InlineData("::", "-", "::", 8080, true)]
    [InlineData("::", "-", "::1", 8080, false)]
    [InlineData("::1", "-", "::1", 8080, true)]
    [InlineData("0:0:0:0:0:0:0:1", "-", "::1", 8080, true)]
    [InlineData("::1", "-", "127.0.0.1", 8080, false)]
    [InlineData("127.0.0.1,::1", "-", "::1", 8080, true)]
    [InlineData(" ::1 , 127.0.0.1 ", "-", "127.0.0.1", 8080, true)]
    [InlineData("127.0.0.1,::1", "-", "127.0.0.2", 8080, false)]
    [InlineData("10.0.0.0/8", "-", "10.255.255.255", 8080, true)]
    [InlineData("10.0.0.0/8", "-", "11.0.0.0", 8080, false)]
    [InlineData("10.1.2.3/8", "-", "10.9.9.9", 8080, true)]
    [InlineData("10.1.2.3/32", "-", "10.1.2.3", 8080, true)]
    [InlineData("10.1.2.3/32", "-", "10.1.2.2", 8080, false)]
    [InlineData("0.0.0.0/0", "-", "8.8.8.8", 8080, true)]
    [InlineData("0.0.0.0/0", "-", "::1", 8080, false)]
    [InlineData("fe80::/10", "-", "febf::1", 8080, true)]
    [InlineData("fe80::/10", "-", "fec0::1", 8080, false)]
    [InlineData("2001:db8::/33", "-", "2001:db8:7fff::", 8080, true)]
    [InlineData("2001:db8::/33", "-", "2001:db8:8000::", 8080, false)]
    [InlineData("::/0", "-", "2001:db8::1", 8080, true)]
    [InlineData("127.0.0.1", "8080", "127.0.0.1", 8080, true)]
    [InlineData("127.0.0.1", "8080", "127.0.0.1", 8081, false)]
    [InlineData("127.0.0.1", "8080", "127.0.0.2", 8080, false)]
    public void Bind_Filters_Match(string addresses, string ports, string address, int port, bool expected) =>
        Assert.Equal(expected ? "1" : "0", Matcher.Ask(addresses, ports, address, port));

    [Theory]
    [InlineData("127.0.0.1", "::ffff:127.0.0.1", true)]
    [InlineData("::ffff:127.0.0.1", "127.0.0.1", true)]
    [InlineData("::ffff:127.0.0.1", "::ffff:127.0.0.1", true)]
    [InlineData("127.0.0.1", "::ffff:127.0.0.2", false)]
    [InlineData("127.0.0.0/8", "::ffff:127.1.2.3", true)]
    [InlineData("::ffff:127.0.0.0/104", "127.1.2.3", true)]
    [InlineData("::ffff:127.0.0.0/104", "128.1.2.3", false)]
    [InlineData("::ffff:0.0.0.0/96", "8.8.8.8", true)]
    [InlineData("0.0.0.0/0", "::ffff:8.8.8.8", true)]
    [InlineData("::/0", "::ffff:8.8.8.8", true)]
    [InlineData("::/0", "8.8.8.8", false)]
    [InlineData("127.0.0.1", "::127.0.0.1", false)]
    public void Bind_MappedAddress_IsItsIPv4Address(string addresses, string address, bool expected) =>
        Assert.Equal(expected ? "1" : "0", Matcher.Ask(addresses, "-", address, 8080));

    [Theory]
    [InlineData("-")]
    [InlineData("0")]
    [InlineData("1-65535")]
    public void Bind_PortZero_NeverMatches(string ports) => Assert.Equal("0", Matcher.Ask("-", ports, "127.0.0.1", 0));

    [Theory]
    [InlineData("80x")]
    [InlineData("http")]
    [InlineData("65536")]
    [InlineData("99999999999999999999")]
    [InlineData("-1")]
    [InlineData("-80")]
    [InlineData("+80")]
    [InlineData("0x50")]
    [InlineData("80.0")]
    [InlineData("80 81")]
    [InlineData("80,")]
    [InlineData(",80")]
    [InlineData("80,,81")]
    [InlineData(",")]
    [InlineData(" ")]
    [InlineData("0,80")]
    [InlineData("0-80")]
    [InlineData("8010-8000")]
    [InlineData("80-")]
    [InlineData("-80-90")]
    [InlineData("80-90-100")]
    [InlineData("80;81")]
    public void Bind_PortsThatCannotBeRead_MatchNothing(string ports)
    {
        Assert.Equal("0!", Matcher.Ask("-", ports, "127.0.0.1", 80));
        Assert.Equal("0!", Matcher.Ask("-", ports, "127.0.0.1", 65535));
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("127.0.0")]
    [InlineData("127.0.0.256")]
    [InlineData("127.0.0.1.1")]
    [InlineData("127.0.0.01")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("127.0.0.1:80")]
    [InlineData("[::1]")]
    [InlineData(":::")]
    [InlineData("fe80::1%lo")]
    [InlineData("127.0.0.1/33")]
    [InlineData("127.0.0.1/-1")]
    [InlineData("127.0.0.1/")]
    [InlineData("127.0.0.1/8/8")]
    [InlineData("::1/129")]
    [InlineData("127.0.0.1,")]
    [InlineData("127.0.0.1 ::1")]
    [InlineData("*")]
    [InlineData(" ")]
    [InlineData("any")]
    public void Bind_AddressesThatCannotBeRead_MatchNothing(string addresses)
    {
        Assert.Equal("0!", Matcher.Ask(addresses, "-", "127.0.0.1", 8080));
        Assert.Equal("0!", Matcher.Ask(addresses, "-", "::1", 8080));
    }

    [Fact]
    public void Bind_ListsAtTheirBound_AreComplete()
    {
        var ports = string.Join(',', Enumerable.Range(1, 256).Select(n => $"{n * 2}"));
        var addresses = string.Join(',', Enumerable.Range(1, 64).Select(n => $"127.0.0.{n}"));

        Assert.Equal("1", Matcher.Ask("-", ports, "127.0.0.1", 512));
        Assert.Equal("1", Matcher.Ask(addresses, "-", "127.0.0.64", 8080));
        Assert.Equal("0", Matcher.Ask(addresses, "-", "127.0.0.65", 8080));
    }

    [Fact]
    public void Bind_ListsPastTheirBound_MatchNothing()
    {
        var ports = string.Join(',', Enumerable.Range(1, 257).Select(n => $"{n * 2}"));
        var addresses = string.Join(',', Enumerable.Range(1, 65).Select(n => $"127.0.0.{n}"));

        Assert.Equal("0!", Matcher.Ask("-", ports, "127.0.0.1", 2));
        Assert.Equal("0!", Matcher.Ask(addresses, "-", "127.0.0.1", 8080));
    }
}
