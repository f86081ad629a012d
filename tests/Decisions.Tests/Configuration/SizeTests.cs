using Reuseportd.Configuration.Values;

namespace Decisions.Tests.Configuration;

public sealed class SizeTests
{
    [Theory]
    [InlineData("0", 0UL)]
    [InlineData("4096", 4096UL)]
    [InlineData("12B", 12UL)]
    [InlineData("8KiB", 8192UL)]
    [InlineData("64MiB", 67_108_864UL)]
    [InlineData("16GiB", 17_179_869_184UL)]
    [InlineData("1TiB", 1_099_511_627_776UL)]
    [InlineData("18446744073709551615", ulong.MaxValue)]
    public void TryParse_Size_HasItsBytes(string text, ulong bytes) => Assert.Equal(bytes, Sizes.TryParse(text));

    [Theory]
    [InlineData("")]
    [InlineData("KiB")]
    [InlineData("-1")]
    [InlineData("1.5GiB")]
    [InlineData("64M")]
    [InlineData("64MB")]
    [InlineData("64mib")]
    [InlineData("64 MiB")]
    [InlineData("18446744073709551616")]
    [InlineData("18014398509481984KiB")]
    public void TryParse_NoSize_IsNull(string text) => Assert.Null(Sizes.TryParse(text));

    [Theory]
    [InlineData("64M", "; write 64MiB")]
    [InlineData("64kb", "; write 64KiB")]
    [InlineData("64gib", "; write 64GiB")]
    [InlineData("M", "")]
    [InlineData("sixty", "")]
    public void Hint_NearSize_NamesTheUnit(string text, string hint) => Assert.Equal(hint, Sizes.Hint(text));
}
