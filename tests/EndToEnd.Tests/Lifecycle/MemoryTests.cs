using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

/// <summary>The memory of the daemon after the start of its workers.</summary>
public sealed class MemoryTests : DaemonTest
{
    [Fact]
    public async Task Start_IsOver_PagesOfItsCodeAreFreed()
    {
        Daemon.Configure(
            """
            services:
              nap:
                command: [sleep, "1000"]
                workers: 2
                reuseport: { ports: any }
                readiness: { type: delay, delay: 0s }
                restart: { delay: 1ms }
            """);
        await Daemon.StartAsync();
        var started = await Daemon.EventAsync("started");
        await Deadline.UntilAsync(() => ResidentOfFiles() < 9 * 1024, "pages of the program are given back");

        Processes.Signal(Daemon.PidOf("nap@0"), Processes.Kill);
        await Daemon.EventAsync("ready", "nap@0", started);
        Assert.Equal(0, (await Daemon.ControlAsync("status")).Code);
        Assert.Equal(0, (await Daemon.ApplyAsync()).Code);
    }

    /// <summary>In KiB.</summary>
    private long ResidentOfFiles() =>
        long.Parse(Processes.Status(Daemon.Pid, "RssFile")!.Split(' ')[0], CultureInfo.InvariantCulture);
}
