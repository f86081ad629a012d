using System.Globalization;
using System.Net;
using System.Net.Sockets;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>A counter of a process or socket that could not be read once is not counted twice.</summary>
public sealed class DoubleCountTests : PublicTest
{
    /// <summary>Without a free descriptor the daemon cannot ask the kernel for the queues.</summary>
    [Fact]
    public async Task Scrape_WithoutDescriptors_DropsAreNotCountedTwice()
    {
        const string drops = "reuseportd_listen_drops_total";
        ConfigureDaemon("metrics_per_worker: false");
        var python = Programs.Require("python3", "python3");
        Daemon.Configure($$"""
            services:
              web:
                command: [{{python}}, -m, http.server, "{{Port}}", --bind, {{Address}}]
                stall: { action: none }
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();
        var stopped = Daemon.PidOf("web@0");
        Processes.Signal(stopped, 19);
        AcceptQueue.Overflow(Address, Port);
        await Deadline.UntilAsync(async () => await SumAsync(drops) > 0, "connections found no room");
        using var client = new HttpClient();
        var before = await KeptAsync(client, hasQueue: true);
        var limit = await Command.RunAsync("prlimit", ["--pid", $"{Daemon.Pid}", "--nofile=8:"]);
        Assert.True(limit.Code == 0, limit.Error);
        var without = await KeptAsync(client, hasQueue: false);
        Assert.Equal(0, (await Command.RunAsync("prlimit", ["--pid", $"{Daemon.Pid}", "--nofile=4096:"])).Code);
        var after = await KeptAsync(client, hasQueue: true);
        Assert.Equal((Sum(before, drops), Sum(before, drops)), (Sum(without, drops), Sum(after, drops)));
        const string own = "reuseportd_cpu_seconds_total";
        Assert.InRange(without[own], before[own], after[own]);
        Processes.Signal(stopped, Processes.Kill);
    }

    /// <summary>The former process of a worker drains while the next one is stalled.</summary>
    [Fact]
    public async Task Stall_FormerProcessDrains_ItsCpuTimeIsNotCountedTwice()
    {
        Root.Require();
        ConfigureDaemon("steering: ebpf");
        Daemon.Configure($$"""
            services:
              web:
                command:
                  - sh
                  - -c
                  - "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; exec {{Checkout.Worker("holds")}} {{Address}} {{Port}}"
                workers: 2
                stall: { after: 300ms }
                update: { drain_timeout: 10m }
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();
        // A former process without connections would end at once.
        List<Socket> kept = [];
        await Deadline.UntilAsync(
            async () =>
            {
                kept.Add(Connected());
                return await Daemon.IsGivenAnyAsync("web@1");
            },
            "the worker has a connection");
        var former = Daemon.PidOf("web@1");
        var restart = Daemon.ControlAsync("restart", "web@1");
        await Daemon.EventAsync("drain", "web@1");
        var next = Daemon.PidOf("web@1");
        Assert.NotEqual(former, next);
        await SumAsync("reuseportd_worker_cpu_seconds_total");
        await using (var load = Load.Start(CloseAsync, clients: 8, pause: TimeSpan.Zero))
        {
            Processes.Signal(next, 19);
            await Daemon.EventAsync("stalled", "web@1");
            await Deadline.UntilAsync(
                async () => await SumAsync("reuseportd_stalls_total") > 0, "a scrape during the stall");
            Processes.Signal(next, 18);
            await Daemon.EventAsync("awake", "web@1");
            await load.StopAsync();
        }

        await UntilFreshAsync();
        var counted = (await ScrapeAsync())["reuseportd_worker_cpu_seconds_total{service=\"web\",worker=\"1\"}"];
        Assert.InRange(counted, Cpu(former), Cpu(former) + Cpu(next) + 0.02);
        foreach (var client in kept) client.Dispose();
        await restart;
    }

    private Socket Connected()
    {
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        client.Connect(IPAddress.Parse(Address), Port);
        return client;
    }

    /// <summary>The server answers the byte by closing the connection.</summary>
    private async Task CloseAsync()
    {
        using var patience = new CancellationTokenSource(Deadline.Patience / 8);
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Parse(Address), Port, patience.Token);
        await client.SendAsync("c"u8.ToArray(), patience.Token);
        await client.ReceiveAsync(new byte[1], patience.Token);
    }

    /// <summary>A scrape over the kept connection, which needs no descriptor, with or without the queues of the kernel.</summary>
    private async Task<Dictionary<string, double>> KeptAsync(HttpClient client, bool hasQueue)
    {
        Dictionary<string, double> samples = [];
        await Deadline.UntilAsync(
            async () =>
            {
                using var answer = await client.GetAsync(new Uri($"http://{Listen}/metrics"));
                samples = new PortAnswer((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), Headers).Samples();
                return samples.ContainsKey("reuseportd_accept_queue_length{service=\"web\"}") == hasQueue;
            },
            $"the queue is {(hasQueue ? "known" : "unknown")}");
        return samples;
    }

    private static ILookup<string, string> Headers => Array.Empty<string>().ToLookup(header => header);

    /// <summary>Requests within a short time share one scrape. Each new one is a message to the loop.</summary>
    private async Task UntilFreshAsync()
    {
        var before = await SumAsync("reuseportd_loop_delay_seconds_count");
        await Deadline.UntilAsync(async () => await SumAsync("reuseportd_loop_delay_seconds_count") > before, "a new scrape");
    }

    /// <summary>Seconds in user and kernel mode: utime and stime of proc(5).</summary>
    private static double Cpu(int pid) => (Ticks(pid, 14) + Ticks(pid, 15)) / 100;

    private static double Ticks(int pid, int field) => double.Parse(Processes.Stat(pid, field), CultureInfo.InvariantCulture);
}
