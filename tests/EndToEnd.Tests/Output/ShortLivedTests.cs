using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Output;

/// <summary>A child of a worker binds and ends before the daemon reads the line of the library.</summary>
public sealed class ShortLivedTests : DaemonTest
{
    [Fact]
    public async Task ShortLivedChildren_Binds_AreAllReported()
    {
        const int workers = 4, children = 10;
        var loop = $"for i in 1 2 3 4 5 6 7 8 9 10; do {Checkout.Worker("dies")} bound {Port} 1; done";
        Daemon.Configure($$"""
            services:
              web:
                command: [sh, -c, "{{loop}}; echo over; exec sleep 1000"]
                workers: {{workers}}
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();
        for (var index = 0; index < workers; index++) await Daemon.LineAsync("over", $"web@{index}");
        await Daemon.StopAsync();

        Assert.Equal(workers * children, Daemon.Events("bind").Length);
        Assert.DoesNotContain(
            Daemon.Log.Records, record => record.IsLine && record.Message.StartsWith("libreuseport:", StringComparison.Ordinal));
    }
}
