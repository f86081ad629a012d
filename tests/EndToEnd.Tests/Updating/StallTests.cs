using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Updating;

public sealed class StallTests : SteeredTest
{
    private const int Stop = 19;

    /// <summary>The server handles one request at a time, so only the request that it has accepted can fail.</summary>
    [Theory]
    [InlineData(Program)]
    [InlineData(Classic)]
    public async Task Stall_SuspendedWorker_IsReplaced(string way)
    {
        Configure(Hello, "stall: { after: 1s, action: restart }");
        await StartAsync(way);
        var stuck = Daemon.PidOf("web@1");
        await using var load = Load.Http(Address, Port, pause: TimeSpan.Zero);
        await load.AnswersAsync(300);
        Processes.Signal(stuck, Stop);

        Assert.Equal(stuck, (await Daemon.EventAsync("stalled", "web@1")).Pid);
        var exit = await Daemon.EventAsync("exit", "web@1");
        Assert.NotEqual(stuck, (await Daemon.EventAsync("ready", "web@1", after: exit)).Pid);
        await load.AnswersAsync(500);
        var failures = await load.StopAsync();
        Assert.True(failures.Length <= 1, string.Join('\n', failures));
        Assert.Single(Daemon.Events("exit"));
        Assert.All(Daemon.Events("stalled"), stalled => Assert.Equal("web@1", stalled.Worker));
    }
}
