namespace Runtime.Tests.Api;

/// <summary>The HTTP server of <c>listen</c>, with real sockets.</summary>
public sealed class PublicServerTests
{
    private const int Burst = 300;

    /// <summary>The accepting thread is faster than the server.</summary>
    [Fact]
    public async Task Burst_OfConnections_EachIsAnswered()
    {
        await using var port = await PublicPort.StartAsync();
        PublicClient[] clients = [.. Enumerable.Range(0, Burst).Select(_ => port.Connect())];
        await Task.WhenAll(clients.Select(client => client.AskAsync("/readyz")));
        var statuses = await Task.WhenAll(clients.Select(client => client.StatusAsync()));
        foreach (var client in clients) client.Dispose();
        Assert.All(statuses, status => Assert.Equal(200, status));
    }
}
