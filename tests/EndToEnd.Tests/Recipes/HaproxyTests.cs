namespace EndToEnd.Tests.Recipes;

public sealed class HaproxyTests : RecipeTest
{
    [Fact]
    public Task Restart_UnderLoad_LosesNothing() =>
        ServesAndRollsAsync("haproxy", ("haproxy", "haproxy"), client => client.HttpAsync(80), Origin(8080));
}
