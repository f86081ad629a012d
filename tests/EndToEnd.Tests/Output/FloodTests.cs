using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Output;

public sealed class FloodTests : DaemonTest
{
    private const int Lines = 200_000;

    [Fact]
    public async Task RateLimit_Off_KeepsAllLinesInOrder()
    {
        var next = new int[2];
        var wrong = 0;
        Daemon.Log.Keep = record =>
        {
            if (!record.IsLine) return true;
            var worker = record.Number("REUSEPORT_WORKER");
            if (record.Message.Length != 100 || !record.Message.StartsWith($"{next[worker]++} x", StringComparison.Ordinal))
                wrong++;
            return false;
        };
        Configure(Lines / 2, 2, "{ rate_limit_burst: 0 }");
        await Daemon.StartAsync();
        // With a slow reader of the log, the worker would still write, and a stop would end its output early.
        await Daemon.EventAsync("exit", "spew@0");
        await Daemon.EventAsync("exit", "spew@1");
        await Daemon.StopAsync();

        Assert.Equal([Lines / 2, Lines / 2], next);
        Assert.Equal(0, wrong);
        Assert.Empty(Daemon.Events("dropped"));
        Assert.Empty(Daemon.Events("log_lost"));
    }

    [Fact]
    public async Task RateLimit_Exceeded_CountsTheDroppedLines()
    {
        Configure(20_000, 1, "{ rate_limit_burst: 300, rate_limit_interval: 1h }");
        await Daemon.StartAsync();
        var dropped = await Daemon.EventAsync("dropped", "spew@0");

        Assert.Equal(("19700", "4", "stdout"), (dropped["REUSEPORT_COUNT"], dropped["PRIORITY"], dropped["REUSEPORT_STREAM"]));
        Assert.Equal(300, Daemon.Log.Records.Count(record => record.IsLine));
    }

    [Fact]
    public async Task RateLimit_IntervalEnds_ReportsTheDroppedLines()
    {
        Daemon.Configure($$"""
            services:
              chatty:
                command: [sh, -c, "{{Checkout.Worker("spew")}} 50 10; exec sleep 1000"]
                logging: { rate_limit_burst: 10, rate_limit_interval: 200ms }
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();

        Assert.Equal("40", (await Daemon.EventAsync("dropped", "chatty@0"))["REUSEPORT_COUNT"]);
    }

    /// <summary>
    /// One worker writes without end, as fast as the log is read. The lines and the start of the other worker still arrive.
    /// </summary>
    [Theory]
    [InlineData("{ rate_limit_burst: 0 }")]
    [InlineData("{ rate_limit_burst: 100 }")]
    public async Task Flood_OneWorker_LinesOfOthersArrive(string logging)
    {
        var flood = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Daemon.Log.Keep = record =>
        {
            if (!record.IsLine || record.Worker != "loud@0") return true;
            flood.TrySetResult();
            return false;
        };
        Daemon.Configure($$"""
            services:
              loud:
                command: ["yes", a line without end of a worker that has nothing to say]
                logging: {{logging}}
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any, address: {{Daemon.Site.AddressOf(2)}} }
            """);
        await Daemon.StartAsync();
        await flood.Task.WaitAsync(Deadline.Patience);
        Daemon.Configure($$"""
            services:
              quiet:
                command: [sh, -c, "echo here; exec {{Checkout.Worker("binds")}} tcp4,{{Address}},{{Port}}"]
                workers: 2
                reuseport: { ports: [{{Port}}], address: {{Address}} }
            """, "second");

        var apply = await Daemon.ControlAsync("apply");
        Assert.Contains("3 of 3 workers ready", apply.Out, StringComparison.Ordinal);
        foreach (var worker in (string[])["quiet@0", "quiet@1"])
        {
            await Daemon.LineAsync("here", worker);
            await Daemon.EventAsync("listen", worker);
            await Daemon.EventAsync("ready", worker);
        }

        Assert.True(Processes.Runs(Daemon.PidOf("loud@0")));
    }

    private void Configure(int lines, int workers, string logging) => Daemon.Configure($$"""
        services:
          spew:
            command: [{{Checkout.Worker("spew")}}, "{{lines}}", "100"]
            workers: {{workers}}
            restart: no
            logging: {{logging}}
            reuseport: { ports: any }
        """);
}
