using Reuseportd.Runtime.Messages;

namespace Decisions.Tests.Runtime;

public sealed class WaitsTests
{
    [Theory]
    [InlineData(5, 3, 2)]
    [InlineData(3, 3, 0)]
    [InlineData(1, 3, 0)]
    public void Until_DueTime_IsNeverBelowZero(int due, int now, int expected) =>
        Assert.Equal(TimeSpan.FromSeconds(expected), Waits.Until(TimeSpan.FromSeconds(due), TimeSpan.FromSeconds(now)));

    [Theory]
    [InlineData(null, null, null)]
    [InlineData(1, null, 1)]
    [InlineData(null, 1, 1)]
    [InlineData(1, 2, 1)]
    [InlineData(2, 1, 1)]
    public void Shorter_NoDeadline_NeverWins(int? one, int? other, int? expected) =>
        Assert.Equal(Seconds(expected), Waits.Shorter(Seconds(one), Seconds(other)));

    private static TimeSpan? Seconds(int? seconds) => seconds is { } number ? TimeSpan.FromSeconds(number) : null;
}
