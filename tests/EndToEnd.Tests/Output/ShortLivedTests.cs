using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Output;

/// <summary>A child of a worker binds and is gone before anybody reads what the library said of it.</summary>
public sealed class ShortLivedTests : DaemonTest
{
    [Fact]
    public async Task ChildrenThatBindAndEnd_EachIsHeard()
    {
        const int workers = 4, children = 10;
        Daemon.Configure($$"""
            services:
              web:
                command: [sh, -c, "for i in 1 2 3 4 5 6 7 8 9 10; do {{Checkout.Worker("dies")}} bound {{Port}} 1; done; echo over; exec sleep 1000"]
                workers: {{workers}}
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();
        for (var index = 0; index < workers; index++) await Daemon.LineAsync("over", $"web@{index}");
        await Daemon.StopAsync();

        Assert.Equal(workers * children, Daemon.Events("bind").Length);
        Assert.DoesNotContain(Daemon.Log.Records, record => record.IsLine && record.Message.StartsWith("libreuseport:", StringComparison.Ordinal));
    }
}
