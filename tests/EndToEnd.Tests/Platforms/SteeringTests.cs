using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Platforms;

/// <summary>The modes of steering.</summary>
public sealed class SteeringTests(GuestMachine machine) : KernelTest(machine)
{
    [Fact]
    public async Task Start_ModeIsAuto_IsTheBestOfThisKernel()
    {
        var daemon = await StartAsync();
        Assert.Equal(
            await KernelAsync() >= ForProgram ? "ebpf" : "cbpf", (string?)(await StatusAsync(daemon))["steering"]);
        await daemon.StopAsync();
    }

    /// <summary>The program of the kernel gives new connections to the workers in turn.</summary>
    [Fact]
    public async Task Balance_Ebpf_IsExact()
    {
        await RequireAsync(ForProgram);
        var daemon = await StartAsync(steering: "ebpf");
        // The daemon may still be giving the sockets their places.
        await Deadline.UntilAsync(
            async () => await IsExactAsync() && await IsExactAsync(), "each worker has the same number of connections");
        await daemon.StopAsync();
    }

    [Theory]
    [InlineData("ebpf")]
    [InlineData("cbpf")]
    public async Task Restart_UnderLoad_LosesNothing(string mode)
    {
        if (mode == "ebpf") await RequireAsync(ForProgram);
        var daemon = await StartAsync(steering: mode);
        Assert.Equal(mode, (string?)(await StatusAsync(daemon))["steering"]);
        var before = await PidsAsync(daemon);
        await UnderLoadAsync(async () =>
        {
            for (var time = 0; time < 2; time++) Assert.Equal(0, (await daemon.ControlAsync("restart web")).Code);
        });
        var after = await PidsAsync(daemon);
        Assert.Empty(before.Intersect(after));
        Assert.Equal(after.Order(), (await AskAsync(times: 100)).Keys.Order());
        await daemon.StopAsync();
    }

    /// <summary>A worker that is stopped gets no new connections after a moment.</summary>
    [Fact]
    public async Task Drain_OneWorker_GetsNoNewConnections()
    {
        var daemon = await StartAsync();
        var drained = (await PidsAsync(daemon))[1];
        Assert.Equal(0, (await daemon.ControlAsync("stop web@1")).Code);
        var answers = await AskAsync(times: 60);
        Assert.DoesNotContain(drained, answers.Keys);
        Assert.Equal(Workers - 1, answers.Count);
        await daemon.StopAsync();
    }

    /// <summary>
    /// The queue of a stuck worker goes to the others. Where the kernel would reset the queue, it stays until the worker goes on.
    /// </summary>
    [Theory]
    [InlineData("ebpf")]
    [InlineData("cbpf")]
    [InlineData("none")]
    public async Task Stall_OneWorker_LosesNothing(string mode)
    {
        if (mode == "ebpf") await RequireAsync(ForProgram);
        var daemon = await StartAsync(steering: mode);
        var stuck = (await PidsAsync(daemon))[1];
        await daemon.SignalAsync(stuck, "STOP");
        var counts = await LoadAsync(OpenLoop, async () =>
        {
            var found = await daemon.EventAsync("stalled", "web@1");
            await daemon.EventAsync("stalled", "web@1", after: found);
            await daemon.SignalAsync(stuck, "CONT");
            await daemon.EventAsync("awake", "web@1", after: found);
        });
        // The time until this test lets the worker go on is no time of the daemon: an answer may be late.
        Assert.True((int)counts["failed"]! == (int)counts["late"]!, $"{counts}");
        await daemon.StopAsync();
    }

    private async Task<bool> IsExactAsync()
    {
        var counts = (await AskAsync(times: 25 * Workers)).Values;
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(' ', counts));
        return counts.SequenceEqual(Enumerable.Repeat(25, Workers));
    }
}
