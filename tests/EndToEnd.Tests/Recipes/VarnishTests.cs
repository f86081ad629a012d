namespace EndToEnd.Tests.Recipes;

public sealed class VarnishTests : RecipeTest
{
    [Fact]
    public Task Restart_UnderLoad_LosesNothing() =>
        ServesAndRollsAsync("varnish", ("varnishd", "varnish"), client => client.HttpAsync(6081), Origin(8080));
}
