using System.Net;
using System.Net.Sockets;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Sharding;

/// <summary>The listener is in a grandchild whose parent has ended: it is no descendant of the worker's process.</summary>
public sealed class GrandchildTests : DaemonTest
{
    [Fact]
    public async Task Steering_ListenerOfAGrandchild_HasItsShare()
    {
        Root.Require();
        Daemon.Configure($$"""
            services:
              forks:
                command: [{{Checkout.Worker("double-fork")}}, "{{Port}}"]
                workers: 2
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();
        for (var worker = 0; worker < 2; worker++) await Daemon.LineAsync("grandchild ", $"forks@{worker}");
        await Deadline.UntilAsync(
            async () =>
            {
                for (var made = 0; made < 4; made++)
                {
                    using var client = new TcpClient();
                    await client.ConnectAsync(IPAddress.Loopback, Port);
                }

                var workers = (await Daemon.JsonAsync("status"))["workers"]!.AsArray();
                return workers.All(worker => worker!["given"]?.GetValue<ulong>() > 0);
            },
            "each worker is given connections");

        Assert.Empty(Daemon.Events("not_steered"));
        await Daemon.StopAsync();
    }
}
