namespace EndToEnd.Tests.Recipes;

public sealed class XinetdTests : RecipeTest
{
    [Fact]
    public Task Restart_UnderLoad_LosesNothing() =>
        ServesAndRollsAsync(
            "xinetd", ("xinetd", "xinetd"), async client => Assert.Equal("hello\n", await client.TcpAsync(7000, "")));
}
