using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Methods;

/// <summary>A suspended worker under the kernel's method loses its share, and its queue goes to the other workers.</summary>
public sealed class StallTests : MethodTest
{
    private const int Stop = 19;

    /// <summary>For the rescue the daemon listens on the worker's socket, which is no new socket of the worker.</summary>
    [Theory]
    [InlineData("hello")]
    [InlineData("hello-static")]
    public async Task Stall_SuspendedWorker_GetsNoFurtherConnections(string program)
    {
        using var cgroup = new DelegatedCgroup();
        Configure(Command(program), "method: auto", more: "{ stall: { after: 1s } }");
        await StartInAsync(cgroup);
        await using var load = Load.Http(Address, Port, pause: TimeSpan.Zero);
        await load.AnswersAsync(300);
        var stuck = Daemon.PidOf("web@1");
        Processes.Signal(stuck, Stop);
        Assert.Equal(stuck, (await Daemon.EventAsync("stalled", "web@1")).Pid);
        await load.AnswersAsync(500);
        var given = await GivenAsync();
        await load.AnswersAsync(2_000);

        // Some connections try whether the worker accepts again.
        Assert.InRange(await GivenAsync() - given, 0ul, 20ul);
        Assert.Single(Daemon.Events("listen", "web@1"));
        var failures = await load.StopAsync();
        // The request that the worker had accepted.
        Assert.True(failures.Length <= 1, string.Join('\n', failures));
        Processes.Signal(stuck, Processes.Kill);
        await Daemon.StopAsync();
    }

    private async Task<ulong> GivenAsync() =>
        (await Daemon.JsonAsync("status", "web@1"))["workers"]![0]!["given"]!.GetValue<ulong>();
}
