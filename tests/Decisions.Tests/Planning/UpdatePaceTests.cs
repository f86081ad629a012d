using CsCheck;
using Reuseportd.Model;
using Reuseportd.Planning.RollingUpdates;

namespace Decisions.Tests.Planning;

public sealed class UpdatePaceTests
{
    [Theory]
    // order, surge, unavailable, wanted, ready, moving -> may begin
    [InlineData("start", 1, 0, 4, 4, 0, true)]
    [InlineData("start", 1, 0, 4, 4, 1, false)]
    [InlineData("start", 2, 0, 4, 4, 1, true)]
    [InlineData("start", 1, 0, 4, 2, 0, true)]
    [InlineData("stop", 0, 1, 4, 4, 0, true)]
    [InlineData("stop", 0, 1, 4, 3, 1, false)]
    [InlineData("stop", 0, 1, 4, 3, 0, false)]
    [InlineData("stop", 0, 2, 4, 3, 1, true)]
    [InlineData("stop", 0, 9, 4, 1, 3, true)]
    public void MayBegin_Cases_FollowUpdateSettings(
        string order, int surge, int unavailable, int wanted, int ready, int moving, bool may) =>
        Assert.Equal(may, UpdatePace.MayBegin(Policy(order == "start", surge, unavailable), wanted, ready, moving));

    /// <summary>For any numbers, and any order of ends, never fewer workers serve than promised.</summary>
    [Fact]
    public void MayBegin_AnyUpdateToItsEnd_KeepsGuaranteeAndEnds() =>
        Gen.Select(Gen.Bool, Gen.Int[1, 4], Gen.Int[1, 4], Gen.Int[1, 12], Gen.Int[0, 100].Array[200])
            .Sample((startFirst, surge, unavailable, wanted, ends) =>
        {
            var policy = Policy(startFirst, startFirst ? surge : 0, startFirst ? 0 : unavailable);
            var (waiting, moving, ready) = (wanted, 0, wanted);
            foreach (var end in ends)
            {
                while (waiting > 0 && UpdatePace.MayBegin(policy, wanted, ready, moving))
                {
                    (waiting, moving, ready) = (waiting - 1, moving + 1, startFirst ? ready : ready - 1);
                    Assert.True(ready >= wanted - policy.MaxUnavailable);
                    Assert.True(!startFirst || moving <= policy.MaxSurge);
                }

                if (moving > 0 && end > 30) (moving, ready) = (moving - 1, startFirst ? ready : ready + 1);
            }

            Assert.Equal((0, 0, wanted), (waiting, moving, ready));
        });

    private static UpdateSpec Policy(bool startFirst, int surge, int unavailable) => UpdateSpec.Default with
    {
        Order = startFirst ? UpdateOrder.StartFirst : UpdateOrder.StopFirst,
        MaxSurge = surge,
        MaxUnavailable = unavailable,
    };
}
