using System.Net;
using System.Net.Sockets;
using System.Text;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>Clients of the page's stream that never read.</summary>
public sealed class SlowClientTests : PublicTest
{
    private const int Slow = 20;
    private const long MostGrowth = 48 << 20;

    /// <summary>A long name makes the state of the page larger than the buffers of a connection.</summary>
    private static readonly string Name = new('w', 60);

    [Fact]
    public async Task Live_ClientsNeverRead_AreDroppedAndOthersFollow()
    {
        ConfigureDaemon();
        ConfigureFleet();
        await Daemon.StartAsync();
        using var client = new HttpClient();
        using var reader = new StreamReader(await client.GetStreamAsync($"http://{Listen}/v1/live"));
        await ChangesAsync(reader, 2);
        var before = Processes.Memory(Daemon.Pid);
        var slow = await ConnectAsync();
        var most = before;
        await Deadline.UntilAsync(
            async () =>
            {
                await ChangesAsync(reader, 1);
                most = Math.Max(most, Processes.Memory(Daemon.Pid));
                return DaemonEnds.CountOpen(slow) == 0;
            },
            "the daemon ends the connections of clients that do not read");
        Assert.InRange(most - before, long.MinValue, MostGrowth);
        await ChangesAsync(reader, 2);
        slow.ForEach(socket => socket.Dispose());
        await Daemon.StopAsync();
    }

    /// <summary>Events flow from the second service.</summary>
    private void ConfigureFleet() => Daemon.Configure($$"""
        services:
          {{Name}}:
            command: [sleep, "1000"]
            workers: 1000
            readiness: { type: delay, delay: 0s }
            reuseport: { ports: any }
          busy:
            command: [sleep, "0.2"]
            workers: 5
            readiness: { type: delay, delay: 0s }
            restart: { delay: 100ms, jitter: 0, max_delay: 100ms }
            reuseport: { ports: any }
        """);

    private async Task<List<Socket>> ConnectAsync()
    {
        List<Socket> slow = [];
        var request = Encoding.ASCII.GetBytes($"GET /v1/live HTTP/1.1\r\nHost: {Listen}\r\n\r\n");
        for (var number = 0; number < Slow; number++)
        {
            slow.Add(new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 2048 });
            await slow[^1].ConnectAsync(IPEndPoint.Parse(Listen));
            await slow[^1].SendAsync(request);
        }

        Assert.Equal(Slow, DaemonEnds.CountOpen(slow));
        return slow;
    }

    private static async Task ChangesAsync(StreamReader reader, int count)
    {
        while (count > 0)
        {
            var line = await reader.ReadLineAsync().WaitAsync(Deadline.Patience);
            Assert.NotNull(line);
            if (line == "event: change") count--;
        }
    }
}
