using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

/// <summary>The accept queue of each worker, in the status and in <c>top</c>.</summary>
public sealed class AcceptQueueTests : DaemonTest
{
    private const int Clients = 3;

    [Fact]
    public async Task Worker_DoesNotAccept_ItsQueueIsShown()
    {
        Configure(debug: true);
        await Daemon.StartAsync();
        var limit = (long?)(await WorkerAsync())["accept_queue_limit"];
        Assert.True(limit > 0);
        Processes.Signal(Daemon.PidOf("web@0"), Processes.Stop);
        // Until then it may still accept.
        await Deadline.UntilAsync(
            () => Processes.Status(Daemon.PidOf("web@0"), "State")!.StartsWith('T'), "the worker is stopped");
        List<TcpClient> waiting = [];
        for (var number = 1; number <= Clients; number++)
        {
            waiting.Add(new TcpClient());
            await waiting[^1].ConnectAsync(new IPEndPoint(IPAddress.Parse(Address), Port));
            await Deadline.UntilAsync(async () => (long?)(await WorkerAsync())["accept_queue"] == number, $"{number} wait");
        }

        var top = await Daemon.ControlAsync("top", "-n", "1");
        Assert.Contains(" QUEUE ", top.Out, StringComparison.Ordinal);
        Assert.Contains($" {Clients}/{limit} ", top.Out, StringComparison.Ordinal);
        // The worker serves one client after the other.
        waiting.ForEach(client => client.Dispose());
        Processes.Signal(Daemon.PidOf("web@0"), Processes.Continue);
        await Deadline.UntilAsync(async () => (long?)(await WorkerAsync())["accept_queue"] == 0, "the worker accepts");
        await Daemon.StopAsync();
    }

    [Fact]
    public async Task Listeners_AreNotKnown_NoQueueIsShown()
    {
        Configure(debug: false);
        await Daemon.StartAsync();
        Assert.Null((await WorkerAsync())["accept_queue"]);
        Assert.DoesNotContain("QUEUE", (await Daemon.ControlAsync("top", "-n", "1")).Out, StringComparison.Ordinal);
        await Daemon.StopAsync();
    }

    private void Configure(bool debug) => Daemon.Configure($$"""
        services:
          web:
            command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{Address}}]
            reuseport: { ports: [{{Port}}], debug: {{(debug ? "true" : "false")}}, method: preload }
        """);

    private async Task<JsonNode> WorkerAsync() => (await Daemon.JsonAsync("status", "web"))["workers"]![0]!;
}
