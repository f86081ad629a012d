using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Http;
using Reuseportd.Api.Public;
using Runtime.Tests.Harness;

namespace Runtime.Tests.Api;

/// <summary>The HTTP server of <c>listen</c>, with real sockets.</summary>
public sealed class PublicServerTests
{
    private const int Burst = 300;
    private const int Idle = 450;
    private const int MostStreams = 32;

    /// <summary>Of a connection, in bytes.</summary>
    private const int MostUnsent = 256 << 10;

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

    /// <summary>More idle connections than one address may have, and then more than all may have.</summary>
    [Fact]
    public async Task Flood_IdleConnections_EachAddressIsAnswered()
    {
        await using var port = await PublicPort.StartAsync();
        List<PublicClient> idle = [];
        foreach (var address in (byte[])[2, 3])
        {
            for (var number = 0; number < Idle; number++) idle.Add(port.Connect(address));
            foreach (var from in (byte[])[1, address])
            {
                using var client = port.Connect(from);
                await client.AskAsync("/readyz");
                Assert.Equal((from, 200), (from, await client.StatusAsync()));
            }
        }

        // The daemon has closed the connections that were idle for longest.
        Assert.Equal(0, await idle[0].StatusAsync());
        idle.ForEach(client => client.Dispose());
    }

    /// <summary>Connections that do not begin their TLS handshake.</summary>
    [Fact]
    public async Task Flood_UnfinishedHandshakes_AnotherClientIsAnswered()
    {
        const int most = 3;
        using var folder = new TemporaryFolder();
        await using var port = await PublicPort.StartAsync(TestCertificate.Write(folder, "host"));
        for (var attempt = 1; ; attempt++)
        {
            PublicClient[] silent = [.. Enumerable.Range(0, Idle).Select(_ => port.Connect())];
            try
            {
                await AssertIsAnsweredAsync(port);
                return;
            }
            catch (IOException) when (attempt < most)
            {
                // On a busy machine, the handshake may take longer than the server waits for it.
            }
            finally
            {
                foreach (var one in silent) one.Dispose();
            }
        }
    }

    private static async Task AssertIsAnsweredAsync(PublicPort port)
    {
        using var client = port.Connect();
        await using var tls = new SslStream(new NetworkStream(client.Socket));
#pragma warning disable CA5359 // The certificate is not what is tested.
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "host", RemoteCertificateValidationCallback = (_, _, _, _) => true,
        });
#pragma warning restore CA5359
        await tls.WriteAsync("GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"u8.ToArray());
        var answer = new byte[12];
        await tls.ReadExactlyAsync(answer).AsTask().WaitAsync(Deadline.Patience);
        Assert.Equal("HTTP/1.1 200"u8.ToArray(), answer);
    }

    [Fact]
    public async Task Streams_MoreThanTheLimit_AreRefusedAndHealthIsAnswered()
    {
        await using var port = await PublicPort.StartAsync(new PublicRoute("/stream", StreamAsync) { Kind = AnswerKind.Stream });
        List<PublicClient> streams = [];
        List<int> statuses = [];
        for (var number = 0; number < Idle; number++)
        {
            streams.Add(port.Connect());
            await streams[^1].AskAsync("/stream");
            statuses.Add(await streams[^1].StatusAsync());
        }

        Assert.Equal((MostStreams, Idle - MostStreams), (statuses.Count(one => one == 200), statuses.Count(one => one == 503)));
        using var client = port.Connect();
        await client.AskAsync("/readyz");
        Assert.Equal(200, await client.StatusAsync());
        // The end of a stream makes room for another one.
        streams[statuses.IndexOf(200)].Dispose();
        Deadline.Until(() => Begins(port).GetAwaiter().GetResult(), "another stream begins");
        streams.ForEach(one => one.Dispose());
    }

    /// <summary>Requests that run for long take all turns of their address.</summary>
    [Fact]
    public async Task Requests_AllTurnsAreTaken_HealthIsAnswered()
    {
        var end = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var port = await PublicPort.StartAsync(new PublicRoute("/slow", async context =>
        {
            await end.Task;
            await PublicPort.OkAsync(context);
        }));
        PublicClient[] slow = [.. Enumerable.Range(0, Burst).Select(_ => port.Connect())];
        await Task.WhenAll(slow.Select(client => client.AskAsync("/slow")));
        using var client = port.Connect();
        await client.AskAsync("/readyz");
        Assert.Equal(200, await client.StatusAsync());
        end.SetResult();
        var statuses = await Task.WhenAll(slow.Select(one => one.StatusAsync()));
        Assert.InRange(statuses.Count(status => status == 200), 100, Burst);
        foreach (var one in slow) one.Dispose();
    }

    /// <summary>The kernel ends the connections, whatever has been sent on them.</summary>
    [Fact]
    public async Task Clients_SendManyRequestsAndReadNothing_KernelMemoryIsBounded()
    {
        const int count = 24;
        await using var port = await PublicPort.StartAsync(new PublicRoute("/text", context =>
            context.Response.WriteAsync(new string('x', 10_000))));
        PublicClient[] clients = [.. Enumerable.Range(0, count).Select(_ => port.Connect(receiveBuffer: 4096))];
        foreach (var client in clients) client.Flood("/text", 2000);
        var most = 0L;
        Deadline.Until(() => (most = Math.Max(most, port.Unsent().Sum())) > count * 4096, "answers wait in the kernel");
        Deadline.Until(
            () =>
            {
                most = Math.Max(most, port.Unsent().Sum());
                return port.Unsent().Length == 0;
            },
            "the connections have ended");
        Assert.InRange(most, 0, count * MostUnsent);
        foreach (var client in clients) client.Dispose();
    }

    private static async Task<bool> Begins(PublicPort port)
    {
        using var client = port.Connect();
        await client.AskAsync("/stream");
        return await client.StatusAsync() == 200;
    }

    private static async Task StreamAsync(HttpContext context)
    {
        await context.Response.WriteAsync("begin");
        await context.Response.Body.FlushAsync();
        await Task.Delay(Timeout.Infinite, context.RequestAborted);
    }
}
