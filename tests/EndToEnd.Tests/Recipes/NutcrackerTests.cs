namespace EndToEnd.Tests.Recipes;

public sealed class NutcrackerTests : RecipeTest
{
    private const string SetAndQuit = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\nv\r\n*1\r\n$4\r\nQUIT\r\n";

    private const string Store = """
        services:
          store: { command: [redis-server, --port, "6379", --bind, 127.0.0.1, --save, ""], reuseport: { ports: [6379] } }
        """;

    [Fact]
    public Task Restart_UnderLoad_LosesNothing() =>
        ServesAndRollsAsync(
            "nutcracker", ("nutcracker", "nutcracker"),
            async client => Assert.Equal("+OK\r\n", await client.TcpAsync(22121, SetAndQuit)), Store);
}
