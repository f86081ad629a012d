using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Recipes;

public sealed class KnotTests : RecipeTest
{
    [Fact]
    public Task Restart_UnderLoad_LosesNothing() =>
        ServesAndRollsAsync(
            "knot", ("knotd", "knot"),
            async client => Assert.Equal("hello", Dns.Text(await client.UdpAsync(53, Dns.Question))));
}
