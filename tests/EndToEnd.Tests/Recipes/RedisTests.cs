namespace EndToEnd.Tests.Recipes;

public sealed class RedisTests : RecipeTest
{
    /// <summary>The delay is for replicas that start together. The test does not need its five seconds.</summary>
    private const string Primary = """
        services:
          primary:
            command: [redis-server, --port, "6380", --bind, 127.0.0.1, --save, "", --repl-diskless-sync-delay, "0"]
            reuseport: { ports: [6380] }
        """;

    [Fact]
    public Task Restart_OfReplicasUnderLoad_LosesNothing() =>
        ServesAndRollsAsync(
            "redis", ("redis-server", "redis-server"),
            async client =>
                Assert.Matches("master_link_status:up\r\n", await client.TcpAsync(6379, "INFO replication\r\nQUIT\r\n")),
            Primary);
}
