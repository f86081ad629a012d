using Reuseportd.Model;

namespace Decisions.Tests.Model;

public sealed class SignalTests
{
    [Theory]
    [InlineData("TERM", 15)]
    [InlineData("sigterm", 15)]
    [InlineData("9", 9)]
    [InlineData("RTMIN+3", 37)]
    [InlineData("SIGRTMAX", 64)]
    [InlineData("RTMAX-1", 63)]
    [InlineData("0", null)]
    [InlineData("65", null)]
    [InlineData("RTMIN+31", null)]
    [InlineData("RTMAX-31", null)]
    [InlineData("", null)]
    [InlineData("WRONG", null)]
    public void TryParse_NamesAndNumbers_AreThoseOfKill(string text, int? number) =>
        Assert.Equal(number, Signal.TryParse(text)?.Number);

    [Fact]
    public void ToString_EverySignal_IsReadBack()
    {
        for (var number = 1; number <= 64; number++)
        {
            // 32 and 33 belong to glibc and have no name.
            var signal = new Signal(number);
            Assert.Equal(signal, Signal.TryParse(signal.ToString()));
        }
    }
}
