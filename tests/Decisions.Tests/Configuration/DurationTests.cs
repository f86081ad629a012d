using CsCheck;
using Reuseportd.Model;

namespace Decisions.Tests.Configuration;

public sealed class DurationTests
{
    [Theory]
    [InlineData("0", 0)]
    [InlineData("0s", 0)]
    [InlineData("500ms", 500)]
    [InlineData("5s", 5_000)]
    [InlineData("1.5s", 1_500)]
    [InlineData("2m", 120_000)]
    [InlineData("2min", 120_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1d2h3m4s5ms", 93_784_005)]
    [InlineData("007s", 7_000)]
    public void TryParse_Duration_HasItsLength(string text, long milliseconds) =>
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), DurationSyntax.TryParse(text));

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("-5s")]
    [InlineData("+5s")]
    [InlineData("5 s")]
    [InlineData("5S")]
    [InlineData("5s ")]
    [InlineData(".5s")]
    [InlineData("5.s")]
    [InlineData("1.2.3s")]
    [InlineData("1s1m")]
    [InlineData("1s1s")]
    [InlineData("1e3s")]
    [InlineData("5y")]
    [InlineData("٥s")]
    public void TryParse_NoDuration_IsNull(string text) => Assert.Null(DurationSyntax.TryParse(text));

    [Theory]
    [InlineData("99999999999999999999d")]
    [InlineData("9000000000000000000ms")]
    [InlineData("10675199d10675199h")]
    public void TryParse_TooLongToHold_IsTheLongest(string text) =>
        Assert.True(DurationSyntax.TryParse(text) > DurationSyntax.Longest);

    [Fact]
    public void Text_OfAnyDuration_IsReadAsTheSame() =>
        Gen.Int[0, (int)TimeSpan.FromDays(7).TotalMilliseconds].Select(count => TimeSpan.FromMilliseconds(count)).Sample(
            duration => DurationSyntax.TryParse(DurationSyntax.Text(duration)) == duration,
            iter: Iterations.Times(2_000));

    [Fact]
    public void TryParse_AnyText_DoesNotThrow() =>
        Gen.String["0123456789.dhmsin -"].Sample(text => { _ = DurationSyntax.TryParse(text); }, iter: Iterations.Times(5_000));
}
