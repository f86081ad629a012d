using Reuseportd.Model;

namespace Decisions.Tests.Model;

public sealed class CapabilityTests
{
    [Theory]
    [InlineData("net_bind_service", 10)]
    [InlineData("CAP_NET_BIND_SERVICE", 10)]
    [InlineData("cap_Net_Bind_Service", 10)]
    [InlineData("chown", 0)]
    [InlineData("checkpoint_restore", 40)]
    public void TryParse_Name_IsTheKernelsNumber(string text, int number)
    {
        var capability = Assert.NotNull(Capability.TryParse(text));
        Assert.Equal(number, capability.Number);
        Assert.Equal(1UL << number, capability.Bit);
        Assert.Equal(Capability.Plain(text), capability.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("cap_")]
    [InlineData("10")]
    [InlineData("cap_cap_chown")]
    [InlineData("net-raw")]
    public void TryParse_NoName_IsNull(string text) => Assert.Null(Capability.TryParse(text));

    [Fact]
    public void ToString_NumberOfALaterKernel_IsTheNumber() => Assert.Equal("63", new Capability(63).ToString());
}
