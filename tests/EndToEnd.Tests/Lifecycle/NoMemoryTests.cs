using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

/// <summary>
/// The kernel answers ENOMEM to each clone3(2) of a process while a file exists. The daemon can still make threads.
/// </summary>
public sealed class NoMemoryTests : DaemonTest
{
    private const int Refused = 75;
    private const string Yaml = """
        services:
          web:
            command: [sleep, infinity]
            workers: 3
            readiness: { type: delay, delay: 0s }
            restart: { delay: 10ms, multiplier: 1, jitter: 0 }
            reuseport: { ports: [1] }
        """;

    private readonly string _file;

    public NoMemoryTests()
    {
        _file = Daemon.Folder["no-memory"];
        Daemon.Wrapper = [Checkout.Worker("no-memory"), _file];
        Daemon.Configure(Yaml);
    }

    [Fact]
    public async Task Start_NoMemoryForProcesses_WorkersWaitUntilThereIs()
    {
        await RequireAsync();
        File.Create(_file).Dispose();
        await Daemon.StartAsync();

        Assert.Equal(["waiting", "waiting", "waiting"], await StatesAsync());
        AssertOneEventNamesTheLimit();
        File.Delete(_file);
        for (var index = 0; index < 3; index++) await Daemon.EventAsync("ready", $"web@{index}");
        Assert.Equal(["ready", "ready", "ready"], await StatesAsync());
        Assert.Empty(Daemon.Events("spawn_error"));
    }

    [Fact]
    public async Task Crash_NoMemoryForProcesses_WorkersWaitUntilThereIs()
    {
        await RequireAsync();
        await Daemon.StartAsync();
        var last = Daemon.Log.Records[^1];
        File.Create(_file).Dispose();
        for (var index = 0; index < 3; index++) Processes.Signal(Daemon.PidOf($"web@{index}"), Processes.Kill);

        await Deadline.UntilAsync(
            async () => (await StatesAsync()).All(state => state == "waiting"), "the workers wait");
        AssertOneEventNamesTheLimit();
        File.Delete(_file);
        for (var index = 0; index < 3; index++) await Daemon.EventAsync("ready", $"web@{index}", last);
        Assert.Equal(["ready", "ready", "ready"], await StatesAsync());
    }

    [Fact]
    public async Task Stop_WorkersWaitForMemory_EndsTheDaemon()
    {
        await RequireAsync();
        File.Create(_file).Dispose();
        await Daemon.StartAsync();

        await Daemon.StopAsync();
        Assert.Empty(Daemon.Events("spawn"));
    }

    /// <summary>A process can have one such filter only, so a sandbox of the tests may already have it.</summary>
    private async Task RequireAsync()
    {
        var tried = await Command.RunAsync(Daemon.Wrapper[0], [_file, "true"]);
        Assert.SkipWhen(tried.Code == Refused, tried.Error);
        Assert.Equal(0, tried.Code);
    }

    private void AssertOneEventNamesTheLimit()
    {
        var logged = Assert.Single(Daemon.Events("no_room"));
        Assert.Equal("web", logged["REUSEPORT_SERVICE"]);
        Assert.Contains("ENOMEM", logged["REUSEPORT_LIMIT"], StringComparison.Ordinal);
    }

    private async Task<string[]> StatesAsync()
    {
        var status = await Daemon.ControlAsync("status", "web", "-o", "json");
        using var document = JsonDocument.Parse(status.Out);
        return [.. document.RootElement.GetProperty("workers").EnumerateArray()
            .Select(worker => worker.GetProperty("state").GetString()!)];
    }
}
