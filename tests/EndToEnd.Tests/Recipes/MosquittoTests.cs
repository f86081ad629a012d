namespace EndToEnd.Tests.Recipes;

public sealed class MosquittoTests : RecipeTest
{
    /// <summary>MQTT 3.1.1: CONNECT with a clean session and no name, then DISCONNECT.</summary>
    private static readonly byte[] Connect = [0x10, 12, 0, 4, .. "MQTT"u8, 4, 2, 0, 60, 0, 0, 0xE0, 0];

    /// <summary>CONNACK: no session was there, accepted.</summary>
    private const string Accepted = "\x20\x02\0\0";

    [Fact]
    public Task Restart_WhileClientsConnect_LosesNothing() =>
        ServesAndRollsAsync(
            "mosquitto", ("mosquitto", "mosquitto"),
            async client => Assert.Equal(Accepted, await client.TcpAsync(1883, Connect)));
}
