namespace EndToEnd.Tests.Recipes;

public sealed class UwsgiTests : RecipeTest
{
    [Fact]
    public Task Restart_UnderLoad_LosesNothing() =>
        ServesAndRollsAsync("uwsgi", ("uwsgi-core", "uwsgi-plugin-python3"), client => client.HttpAsync(8000));
}
