using CsCheck;
using Reuseportd.Configuration.Values;

namespace Decisions.Tests.Configuration;

public sealed class AddressRangeTests
{
    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    [InlineData("127.0.0.1", "127.0.0.0/8", true)]
    [InlineData("10.0.0.0/8", "10.1.0.0/16", true)]
    [InlineData("10.0.0.0/8", "11.0.0.0/8", false)]
    [InlineData("127.0.0.1", "::ffff:127.0.0.1", true)]
    [InlineData("0.0.0.0", "10.1.2.3", true)]
    [InlineData("0.0.0.0", "::1", false)]
    [InlineData("0.0.0.0", "::", true)]
    [InlineData("::", "10.1.2.3", true)]
    [InlineData("::", "2001:db8::1", true)]
    [InlineData("0.0.0.0/0", "10.1.2.3", true)]
    [InlineData("0.0.0.0/0", "::1", false)]
    [InlineData("2001:DB8::/32", "2001:db8:1::1", true)]
    public void Overlaps_TwoRanges_IsAsExpected(string left, string right, bool overlap)
    {
        var (one, other) = (AddressRange.TryParse(left, out _)!.Value, AddressRange.TryParse(right, out _)!.Value);
        Assert.Equal(overlap, one.Overlaps(other));
        Assert.Equal(overlap, other.Overlaps(one));
    }

    [Theory]
    [InlineData("")]
    [InlineData("localhost")]
    [InlineData("1")]
    [InlineData("1.2.3")]
    [InlineData("1.2.3.4.5")]
    [InlineData("256.1.1.1")]
    [InlineData("1.2.3.04")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("1.2.3.")]
    [InlineData(" 1.2.3.4")]
    [InlineData("1.2.3.4/")]
    [InlineData("1.2.3.4/-1")]
    [InlineData("1.2.3.4/08x")]
    [InlineData("1.2.3.0/255.255.255.0")]
    [InlineData("[::1]")]
    [InlineData("[::1]:80")]
    [InlineData("::1%lo")]
    [InlineData(":::")]
    [InlineData("1:2:3:4:5:6:7:8:9")]
    [InlineData("10.0.0.1/8")]
    [InlineData("::1/0")]
    public void TryParse_NoAddress_IsNull(string text) => Assert.Null(AddressRange.TryParse(text, out _));

    [Fact]
    public void TryParse_AnyText_DoesNotThrow() =>
        Gen.String[Gen.Char["0123456789abcf.:/%[]x"], 0, 20].Sample(
            text => { _ = AddressRange.TryParse(text, out _); },
            iter: Iterations.Times(10_000));
}
