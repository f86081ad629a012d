using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

public sealed class StopTests : DaemonTest
{
    [Fact]
    public async Task Stop_TreeIgnoresSigterm_IsKilledAfterTheGracePeriod()
    {
        // An ignored signal stays ignored across exec, so the grandchild ignores it too.
        Daemon.Configure($$"""
            services:
              deaf:
                command:
                  - sh
                  - -c
                  - trap '' TERM; {{Checkout.Worker("double-fork")}} 0 leave; exec {{Checkout.Worker("ignore-term")}}
                workers: 2
                readiness: { type: delay, delay: 0s }
                stop_grace_period: 300ms
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();
        List<int> grandchildren = [];
        foreach (var worker in (string[])["deaf@0", "deaf@1"])
        {
            grandchildren.Add(int.Parse((await Daemon.LineAsync("grandchild ", worker)).Message.Split(' ')[1]));
            await Daemon.LineAsync("ignoring", worker);
        }

        Assert.All(grandchildren, pid => Assert.True(Processes.Runs(pid)));
        await Daemon.StopAsync();

        Assert.All(grandchildren, pid => Assert.False(Processes.Runs(pid)));
        foreach (var worker in (string[])["deaf@0", "deaf@1"])
        {
            Assert.Equal("SIGTERM", Assert.Single(Daemon.Events("stop", worker))["REUSEPORT_SIGNAL"]);
            Assert.NotEmpty(Daemon.Events("kill", worker));
            Assert.Equal(
                ("killed", "9"),
                (Daemon.Events("exit", worker)[0]["EXIT_CODE"], Daemon.Events("exit", worker)[0]["EXIT_STATUS"]));
        }
    }

    /// <summary>The worker ends when its grandchild listens.</summary>
    [Fact]
    public async Task Exit_ChildIsAlive_IsKilledBeforeTheNextStart()
    {
        Daemon.Configure($$"""
            services:
              leaver:
                command: [sh, -c, "{{Checkout.Worker("double-fork")}} {{Port}} leave | head -n 1"]
                restart: no
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();

        var grandchild = int.Parse((await Daemon.LineAsync("grandchild ")).Message.Split(' ')[1]);
        await Daemon.EventAsync("kill", "leaver@0");
        await Deadline.UntilAsync(() => !Processes.Runs(grandchild), "the child that was left behind ends");
        Assert.Empty(Listeners.On(Port));
    }

    [Theory]
    [InlineData("INT", 2)]
    [InlineData("SIGUSR2", 12)]
    [InlineData("RTMIN+1", 35)]
    public async Task StopSignal_Configured_ReachesTheWorker(string name, int number)
    {
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
                stop_signal: {{name}}
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();
        await Daemon.StopAsync();

        var exit = Assert.Single(Daemon.Events("exit"));
        Assert.Equal(("killed", number, "6"), (exit["EXIT_CODE"], exit.Number("EXIT_STATUS"), exit["PRIORITY"]));
    }

    [Fact]
    public async Task Stop_NoWorkerIsReady_EndsAtOnce()
    {
        Daemon.Configure($$"""
            services:
              slow:
                command: [sleep, "1000"]
                workers: 4
                reuseport: { ports: [{{Port}}] }
            """);
        Daemon.Launch();
        await Daemon.EventAsync("spawn", "slow@3");
        await Daemon.StopAsync();

        Assert.Empty(Daemon.Events("started"));
        Assert.Equal(4, Daemon.Events("exit").Length);
    }

    /// <summary>An apply waits for the changed workers. The stop of the daemon does not wait for the apply.</summary>
    [Fact]
    public async Task Stop_ApplyWaits_EndsAtOnce()
    {
        await Daemon.StartAsync();
        Daemon.Configure($$"""
            services:
              slow:
                command: [sleep, "1000"]
                readiness: { type: bind, timeout: 10m }
                reuseport: { ports: [{{Port}}] }
            """);
        var apply = Daemon.ControlAsync("apply");
        await Daemon.EventAsync("spawn", "slow@0");
        await Daemon.StopAsync();

        Assert.NotEqual(0, (await apply).Code);
    }

    [Fact]
    public async Task Stop_ClientsKeepAsking_Ends()
    {
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("binds")}}, "tcp4,{{Address}},{{Port}}"]
                workers: 4
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();
        using var api = Daemon.Api();
        using var stopped = new CancellationTokenSource();
        var answers = 0;
        var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!stopped.IsCancellationRequested)
            {
                try
                {
                    await api.GetStringAsync("/v1/status", stopped.Token);
                    Interlocked.Increment(ref answers);
                }
                catch (Exception refused) when (refused is HttpRequestException or OperationCanceledException)
                {
                    // The daemon stops, or has stopped.
                }
            }
        })).ToArray();
        await Deadline.UntilAsync(() => Volatile.Read(ref answers) > 50, "clients are answered");
        await Daemon.StopAsync();
        await stopped.CancelAsync();
        await Task.WhenAll(clients);
    }
}
