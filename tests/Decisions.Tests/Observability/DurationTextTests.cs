using Reuseportd.Observability.Text;

namespace Decisions.Tests.Observability;

public sealed class DurationTextTests
{
    [Theory]
    [InlineData(-1, "0 ms")]
    [InlineData(0, "0 ms")]
    [InlineData(0.0004, "0 ms")]
    [InlineData(0.45, "450 ms")]
    [InlineData(0.9994, "999 ms")]
    [InlineData(0.9996, "1 s")]
    [InlineData(2.34, "2.3 s")]
    [InlineData(30, "30 s")]
    [InlineData(59.94, "59.9 s")]
    [InlineData(59.97, "1 min")]
    [InlineData(185, "3 min 5 s")]
    [InlineData(3599.7, "1 h")]
    [InlineData(7500, "2 h 5 min")]
    [InlineData(90000, "1 d 1 h")]
    public void Of_Time_IsReadable(double seconds, string text) =>
        Assert.Equal(text, DurationText.Of(TimeSpan.FromSeconds(seconds)));
}
