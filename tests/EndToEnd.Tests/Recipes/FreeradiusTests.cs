using System.Security.Cryptography;

namespace EndToEnd.Tests.Recipes;

public sealed class FreeradiusTests : RecipeTest
{
    private const byte StatusServer = 12;
    private const byte AccessAccept = 2;
    private const byte MessageAuthenticator = 80;
    private const int Length = 20 + 18;

    /// <summary>The secret of the client <c>localhost</c> in the distribution's clients.conf.</summary>
    private static readonly byte[] Secret = [.. "testing123"u8];

    [Fact]
    public Task Restart_UnderLoad_LosesNothing() =>
        ServesAndRollsAsync(
            "freeradius", ("freeradius", "freeradius"),
            async client => Assert.Equal(AccessAccept, (await AskAsync(client, Question()))[0]));

    /// <summary>
    /// Sends a lost datagram again, once, as clients do (RFC 2865, 2.5): freeradius does not answer requests that wait for a
    /// thread when it gets its stop signal.
    /// </summary>
    private static async Task<byte[]> AskAsync(RecipeClient client, byte[] question)
    {
        try
        {
            return await client.UdpAsync(1812, question);
        }
        catch (OperationCanceledException)
        {
            return await client.UdpAsync(1812, question);
        }
    }

    /// <summary>Status-Server of RFC 5997: code, identifier, length, authenticator, and a signature of all.</summary>
    private static byte[] Question()
    {
        byte[] packet = [StatusServer, 1, 0, Length, .. Guid.NewGuid().ToByteArray(), MessageAuthenticator, 18, .. new byte[16]];
#pragma warning disable CA5351 // The protocol has no other.
        var signature = HMACMD5.HashData(Secret, packet);
#pragma warning restore CA5351
        return [.. packet[..^signature.Length], .. signature];
    }
}
