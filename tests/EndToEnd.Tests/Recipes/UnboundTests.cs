using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Recipes;

public sealed class UnboundTests : RecipeTest
{
    [Fact]
    public Task Restart_UnderLoad_LosesNothing() =>
        ServesAndRollsAsync(
            "unbound", ("unbound", "unbound"),
            async client => Assert.Equal("hello", Dns.Text(await client.UdpAsync(53, Dns.Question))));
}
