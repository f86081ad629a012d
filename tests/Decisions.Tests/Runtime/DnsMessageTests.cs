using Reuseportd.Model;
using Reuseportd.Runtime.Probing;

namespace Decisions.Tests.Runtime;

/// <summary>Messages in the format of RFC 1035.</summary>
public sealed class DnsMessageTests
{
    private const ushort Id = 0x1234;

    [Fact]
    public void Query_Name_IsAHeaderAndAQuestion()
    {
        byte[] expected =
        [
            0, 29, 0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0,
            7, .. "example"u8, 3, .. "org"u8, 0, 0, 6, 0, 1,
        ];
        Assert.Equal(expected, DnsMessage.Query(Id, "example.org", DnsType.Soa));
    }

    [Fact]
    public void Query_Root_HasNoLabels() =>
        Assert.Equal([0, 17, 0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 1], DnsMessage.Query(Id, ".", DnsType.Ns));

    [Theory]
    [InlineData(0x8580, null)]
    [InlineData(0x8583, null)]
    [InlineData(0x8182, "SERVFAIL")]
    [InlineData(0x8185, "REFUSED")]
    [InlineData(0x0100, "a query instead of an answer")]
    public void Failure_Answer_FollowsItsCode(int flags, string? failure) =>
        Assert.Equal(failure, DnsMessage.Failure([0x12, 0x34, (byte)(flags >> 8), (byte)flags, 0, 1, 0, 0, 0, 0, 0, 0], Id));

    [Fact]
    public void Failure_AnswerWithAnotherId_IsNoAnswer() =>
        Assert.Equal("an answer to another query", DnsMessage.Failure([0x12, 0x35, 0x85, 0x80, 0, 1, 0, 0, 0, 0, 0, 0], Id));

    [Theory]
    [InlineData(0)]
    [InlineData(11)]
    public void Failure_ShorterThanAHeader_IsNoMessage(int length) =>
        Assert.Equal($"an answer of {length} bytes, which is no DNS message", DnsMessage.Failure(new byte[length], Id));
}
