using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Controllers;

public sealed class MemoryMaxTests(VirtualMachine machine) : ControllerTest(machine)
{
    private const string Limit = "memory_max: 64MiB";

    [Fact]
    public async Task MemoryMax_WorkerExceedsIt_OnlyThatWorkerIsReplaced()
    {
        var daemon = await StartAsync(
            Service("web", $"{Worker("takes-memory")}, \"256\"", Limit, "workers: 3"),
            Service("free", $"{Worker("takes-memory")}, \"100\""));
        var (first, free) = (await daemon.PidOfAsync("web@1"), await daemon.PidOfAsync("free@0"));
        await daemon.LineAsync("waiting", "web@1");
        await daemon.SignalAsync(first, "USR1");

        var exit = await daemon.EventAsync("exit", "web@1");
        Assert.Equal(
            ("killed", "9", "1", "4"), (exit["EXIT_CODE"], exit["EXIT_STATUS"], exit["REUSEPORT_OOM_KILLS"], exit["PRIORITY"]));
        await daemon.EventAsync("ready", "web@1", after: exit);
        Assert.Equal(["free@0.1", "supervisor", "web@0.1", "web@1.2", "web@2.1"], await daemon.GroupsAsync());
        Assert.Equal("67108864", await daemon.FileAsync("web@1.2/memory.max"));

        using var status = JsonDocument.Parse((await daemon.ControlAsync("status web@1 -o json")).Out);
        var worker = Assert.Single(status.RootElement.GetProperty("workers").EnumerateArray());
        Facts.AssertIn(worker.GetProperty("last_exit").GetString(), "SIGKILL", "memory");

        // A worker without a limit takes more than the limit of the others.
        await daemon.SignalAsync(free, "USR1");
        await daemon.LineAsync("taken 100", "free@0");
        Assert.Equal(["web@1"], (await daemon.EventsAsync("exit")).Select(record => record.Worker));
        await daemon.StopAsync();
    }

    /// <summary>The limit covers the children of the worker.</summary>
    [Fact]
    public async Task MemoryMax_ChildExceedsIt_ExitOfTheWorkerCountsIt()
    {
        var daemon = await StartAsync(Service(
            "web", $"sh, -c, '{Worker("takes-memory")} 256 now & wait $!; echo child $?; exit 3'", Limit,
            "restart: { policy: no }"));
        await daemon.LineAsync("child 137", "web@0");

        var exit = await daemon.EventAsync("exit", "web@0");
        Assert.Equal(("exited", "3", "1"), (exit["EXIT_CODE"], exit["EXIT_STATUS"], exit["REUSEPORT_OOM_KILLS"]));
        await daemon.StopAsync();
    }
}
