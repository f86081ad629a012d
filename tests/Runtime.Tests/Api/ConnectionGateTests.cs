using System.Net.Sockets;
using Reuseportd.Api.Admission;
using Runtime.Tests.Harness;

namespace Runtime.Tests.Api;

/// <summary>The gate before the HTTP server, with real sockets.</summary>
public sealed class ConnectionGateTests
{
    private const string Ok = "HTTP/1.1 200 ";

    [Fact]
    public async Task Limit_AllClientsIdle_ClosesLongestIdle()
    {
        await using var server = await GatedServer.StartAsync(new GateRule(MostOfOne: 2, MostOfAll: 2));
        using var first = await server.IdleAsync();
        using var second = await server.IdleAsync();
        await first.AskAsync("/");
        Assert.StartsWith(Ok, await first.AnswerAsync(), StringComparison.Ordinal);
        // Both connections are idle now, the second for longer.
        using var third = await server.IdleAsync();

        Assert.Equal("", await second.AnswerAsync());
        await Assert.ThrowsAsync<SocketException>(() => second.AskAsync("/"));
        foreach (var client in new[] { first, third })
        {
            await client.AskAsync("/");
            Assert.StartsWith(Ok, await client.AnswerAsync(), StringComparison.Ordinal);
        }
    }

    /// <summary>Silent connections replace each other; a connection that had a request stays open.</summary>
    [Fact]
    public async Task Flood_SilentClients_KeepsClientsThatSentRequests()
    {
        await using var server = await GatedServer.StartAsync(new GateRule(MostOfOne: 3, MostOfAll: 3));
        using var asked = await server.IdleAsync();
        List<GatedClient> flood = [];
        try
        {
            for (var number = 0; number < 100; number++) flood.Add(await server.ConnectAsync());
            // Only the newest connections are still open.
            foreach (var client in flood[..^2]) Assert.Equal("", await client.AnswerAsync());
            await asked.AskAsync("/");
            Assert.StartsWith(Ok, await asked.AnswerAsync(), StringComparison.Ordinal);
            await flood[^1].AskAsync("/");
            Assert.StartsWith(Ok, await flood[^1].AnswerAsync(), StringComparison.Ordinal);
        }
        finally
        {
            foreach (var client in flood) client.Dispose();
        }
    }

    /// <summary>Of any number of idle connections, the newest is not closed next.</summary>
    [Fact]
    public async Task Limit_ManyIdleClients_KeepsNewestClient()
    {
        await using var server = await GatedServer.StartAsync(new GateRule(MostOfOne: 4, MostOfAll: 4));
        using var first = await server.IdleAsync();
        using var second = await server.IdleAsync();
        using var third = await server.IdleAsync();
        using var silent = await server.ConnectAsync();
        using var next = await server.IdleAsync();

        Assert.Equal("", await first.AnswerAsync());
        foreach (var client in new[] { silent, second, third, next })
        {
            await client.AskAsync("/");
            Assert.StartsWith(Ok, await client.AnswerAsync(), StringComparison.Ordinal);
        }
    }

    /// <summary>The server has not read the request yet, so the connection counts as idle.</summary>
    [Fact]
    public async Task Limit_ClosedConnectionHasSentARequest_RequestIsAnswered()
    {
        await using var server = await GatedServer.StartAsync(new GateRule(MostOfOne: 1, MostOfAll: 1));
        using var first = await server.IdleAsync();
        var read = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        server.Reading.Value = read.Task;
        await first.AskAsync("/held");
        server.Reading = new(Task.CompletedTask);
        using var second = await server.IdleAsync();
        read.SetResult();
        await server.Held.Reader.ReadAsync().AsTask().WaitAsync(Deadline.Patience);
        // The server has now seen the end of its receiving side, which follows the request.
        await second.AskAsync("/");
        Assert.StartsWith(Ok, await second.AnswerAsync(), StringComparison.Ordinal);
        server.Answer.SetResult();
        var answer = await first.AnswerAsync();

        Assert.StartsWith(Ok, answer, StringComparison.Ordinal);
        Assert.Contains("\r\nConnection: close\r\n", answer, StringComparison.Ordinal);
        Assert.Equal("", await first.AnswerAsync());
    }

    [Fact]
    public async Task Limit_AllClientsBusy_RefusesNextAndServesOthers()
    {
        await using var server = await GatedServer.StartAsync(new GateRule(MostOfOne: 1, MostOfAll: 1));
        using var first = await server.ConnectAsync();
        await first.AskAsync("/held");
        await server.Held.Reader.ReadAsync().AsTask().WaitAsync(Deadline.Patience);
        using var second = await server.ConnectAsync();
        var refusal = await second.AnswerAsync();
        server.Answer.SetResult();

        Assert.StartsWith("HTTP/1.1 503 ", refusal, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"busy\"", refusal, StringComparison.Ordinal);
        Assert.StartsWith(Ok, await first.AnswerAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_MoreThanTurns_WaitInTheirOrder()
    {
        await using var server = await GatedServer.StartAsync(new GateRule(MostOfOne: 8, MostOfAll: 8), turns: 1);
        List<GatedClient> clients = [];
        try
        {
            for (var number = 0; number < 8; number++)
            {
                var client = await server.ConnectAsync();
                clients.Add(client);
                await client.AskAsync($"/held?{number}");
                if (number == 0) await server.Held.Reader.ReadAsync().AsTask().WaitAsync(Deadline.Patience);
            }

            server.Answer.SetResult();
            foreach (var client in clients) Assert.StartsWith(Ok, await client.AnswerAsync(), StringComparison.Ordinal);
            List<string> served = [];
            while (server.Held.Reader.TryRead(out var request)) served.Add(request);
            Assert.Equal(7, served.Distinct().Count());
        }
        finally
        {
            foreach (var client in clients) client.Dispose();
        }
    }

    /// <summary>The count of connections decreases at each end of a connection, with or without a request.</summary>
    [Fact]
    public async Task Clients_ManyInSequence_AreAllServed()
    {
        await using var server = await GatedServer.StartAsync(new GateRule(MostOfOne: 32, MostOfAll: 32));
        for (var number = 0; number < 400; number++)
        {
            using var client = await server.ConnectAsync();
            if (number % 3 == 0) continue;
            await client.AskAsync("/");
            Assert.StartsWith(Ok, await client.AnswerAsync(), StringComparison.Ordinal);
        }
    }
}
