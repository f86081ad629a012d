namespace EndToEnd.Tests.Examples;

public sealed class PythonTests : ExampleTest
{
    private static readonly (string, string) Program = ("python3", "python3");

    [Fact]
    public Task Restart_UnderLoad_LosesNothing() =>
        ServesAndRollsAsync("python", Program, client => client.HttpAsync(8081, "/reuseportd.yaml"));

    [Fact]
    public Task Start_AsOrdinaryUser_Serves() => ServesAnOrdinaryUserAsync("python", Program);
}
