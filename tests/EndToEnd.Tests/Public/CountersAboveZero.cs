using System.Net;
using System.Net.Sockets;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Public;

/// <summary>A fleet in which each counter has counted.</summary>
internal sealed class CountersAboveZero(Daemon daemon) : IDisposable
{
    private const int Stop = 19;

    private readonly TcpListener _taken = new(IPAddress.Parse(daemon.Site.AddressOf(4)), daemon.Site.Port);

    private int Port => daemon.Site.Port;

    private string Holds => daemon.Site.AddressOf(5);

    private string Full => daemon.Site.AddressOf(6);

    public void Dispose() => _taken.Dispose();

    public async Task StartAsync(DelegatedCgroup cgroup)
    {
        _taken.Start();
        daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{daemon.Site.Address}}]
                workers: 2
                restart: { delay: 50ms, jitter: 0 }
                stall: { after: 300ms }
                reuseport: { ports: [{{Port}}] }
              holds:
                command: [{{Checkout.Worker("holds")}}, {{Holds}}, "{{Port}}"]
                update: { drain_timeout: 300ms }
                reuseport: { ports: [{{Port}}] }
              full:
                command: [{{Programs.Require("python3", "python3")}}, -m, http.server, "{{Port}}", --bind, {{Full}}]
                restart: { delay: 50ms, jitter: 0 }
                reuseport: { ports: [{{Port}}] }
              taken:
                command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{daemon.Site.AddressOf(4)}}]
                autostart: false
                restart: no
                reuseport: { ports: [{{Port}}] }
              talks:
                command: [sh, -c, "echo 1; echo 2; echo 3; exec sleep 1000"]
                logging: { rate_limit_burst: 1, rate_limit_interval: 1s }
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
        await daemon.StartInAsync(cgroup);
        Assert.NotEqual(0, (await daemon.ControlAsync("start", "taken")).Code);
        await CutAsync();
        Overflow();
        await MigrateAsync();
    }

    /// <summary>More connections than the queue of http.server has room for, which then end.</summary>
    private void Overflow()
    {
        var stopped = daemon.PidOf("full@0");
        Processes.Signal(stopped, Stop);
        AcceptQueue.Overflow(Full, Port);
        Processes.Signal(stopped, 18);
    }

    private async Task CutAsync()
    {
        using var kept = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await kept.ConnectAsync(IPAddress.Parse(Holds), Port);
        await kept.SendAsync("a"u8.ToArray());
        Assert.Equal(1, await kept.ReceiveAsync(new byte[1]));
        Assert.Equal(0, (await daemon.ControlAsync("restart", "holds")).Code);
    }

    /// <summary>A worker stalls; its queue goes to the other worker, and its process ends.</summary>
    private async Task MigrateAsync()
    {
        await using var load = Load.Http(daemon.Site.Address, Port, pause: TimeSpan.Zero);
        await load.AnswersAsync(300);
        var stuck = daemon.PidOf("web@1");
        Processes.Signal(stuck, Stop);
        // The second event, of the connections that were handed over, comes after the loop was told of the stall.
        await daemon.EventAsync("stalled", "web@1", after: await daemon.EventAsync("stalled", "web@1"));
        Processes.Signal(stuck, Processes.Kill);
        await daemon.EventAsync("ready", "web@1", after: await daemon.EventAsync("exit", "web@1"));
        await load.StopAsync();
    }
}
