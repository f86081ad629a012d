using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Recipes;

/// <summary>A recipe with its real server.</summary>
public abstract class RecipeTest : RollingTest
{
    private const int Copies = 3;

    /// <summary>A server that some recipes send requests on to.</summary>
    private protected static string Origin(int port) =>
        $$"""
        services:
          origin: { command: [{{Checkout.Worker("hello")}}, "{{port}}", 127.0.0.1], reuseport: { ports: [{{port}}] } }
        """;

    /// <param name="name">The section of the page.</param>
    /// <param name="program">The server's program and the package that it comes with.</param>
    /// <param name="ask">Sends one request over the shared port, on its own connection. Throws if the request fails.</param>
    /// <param name="others">Services of the test that the recipe's copies talk to.</param>
    private protected async Task ServesAndRollsAsync(
        string name, (string File, string Package) program, Func<RecipeClient, Task> ask, string? others = null)
    {
        Programs.Require(program.File, program.Package);
        await RecipeHost.RequireAsync();
        await StartAsync(Recipe.Read(name), others);
        await RollsAsync(name, Copies, ask);
    }

    /// <summary>The other services start first, as a proxy without a server at its start answers with errors.</summary>
    private async Task StartAsync(Recipe recipe, string? others)
    {
        RecipeHost.Prepare(Daemon, recipe);
        Daemon.Configure(others ?? recipe.Service);
        await Daemon.StartAsync();
        if (others is null) return;
        Daemon.Configure(recipe.Service, recipe.Name);
        Assert.Equal(0, (await Daemon.ApplyAsync()).Code);
    }
}
