namespace EndToEnd.Tests.Recipes;

public sealed class SquidTests : RecipeTest
{
    [Fact]
    public Task Restart_UnderLoad_LosesNothing() =>
        ServesAndRollsAsync(
            "squid", ("squid", "squid"), client => client.HttpAsync(3128, "http://127.0.0.1:8080/"), Origin(8080));
}
