namespace EndToEnd.Tests.Recipes;

public sealed class ApacheTests : RecipeTest
{
    [Fact]
    public Task Restart_UnderLoad_LosesNothing() =>
        ServesAndRollsAsync("apache2", ("apache2", "apache2"), client => client.HttpAsync(80));
}
