using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Updating;

/// <summary>Planned changes of a service that is asked all the while: no request fails.</summary>
public sealed class RollingTests : SteeredTest
{
    /// <summary>The clients of the fast server send as fast as they can.</summary>
    [Theory]
    [InlineData(Program, "hello")]
    [InlineData(Classic, "hello")]
    [InlineData(Program, "python")]
    [InlineData(Classic, "python")]
    public async Task Restart_UnderLoad_LosesNothing(string way, string server)
    {
        Configure(server == "python" ? Python : Hello);
        await StartAsync(way);
        await using var load = Load.Http(Address, Port, pause: server == "python" ? Load.Pause : TimeSpan.Zero);
        await load.AnswersAsync(300);
        await RestartAsync();
        await load.AnswersAsync(300);
        await RestartAsync();
        await load.AnswersAsync(500);

        Assert.Empty(await load.StopAsync());
        Assert.InRange(load.Answered, 1001, long.MaxValue);
        Assert.Equal(8, Daemon.Events("exit").Length);
    }

    /// <summary>As many join and leave the group at a time as can.</summary>
    [Theory]
    [InlineData(Program, "hello")]
    [InlineData(Classic, "hello")]
    [InlineData(Classic, "python")]
    public async Task Restart_AllWorkersAtOnce_LosesNothing(string way, string server)
    {
        Configure(server == "python" ? Python : Hello, "update: { max_surge: 4 }");
        await StartAsync(way);
        await using var load = Load.Http(Address, Port);
        await load.AnswersAsync(300);
        for (var round = 0; round < 4; round++)
        {
            await RestartAsync();
            await load.AnswersAsync(200);
        }

        Assert.Empty(await load.StopAsync());
        Assert.Equal(16, Daemon.Events("exit").Length);
    }

    [Theory]
    [InlineData(Program)]
    [InlineData(Classic)]
    public async Task Apply_NewProcessesAreNotReady_OldOnesServeOn(string way)
    {
        Configure(Hello);
        await StartAsync(way);
        var before = Copies.Pids(Daemon, "web");
        await using var load = Load.Http(Address, Port);
        await load.AnswersAsync(300);
        Configure("[sh, -c, \"sleep 0.2; exit 3\"]");
        var apply = await Daemon.ControlAsync("apply");
        await load.AnswersAsync(1000);

        Assert.Equal(1, apply.Code);
        Assert.Matches("web@0: .*exit code 3", apply.Error);
        Assert.Empty(await load.StopAsync());
        var status = await Daemon.ControlAsync("status", "web");
        Assert.Equal(0, status.Code);
        Assert.All(before, pid => Assert.Contains($" {pid} ", status.Out, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Program)]
    [InlineData(Classic)]
    public async Task Scale_DownAndUp_LosesNothing(string way)
    {
        Configure(Hello);
        await StartAsync(way);
        await using var load = Load.Http(Address, Port);
        await load.AnswersAsync(300);
        var scaled = await Daemon.ControlAsync("scale", "web", "1");
        Assert.Equal(0, scaled.Code);
        Counts.AssertLine(scaled.Out, "web", 1, 1, 3);
        await load.AnswersAsync(300);
        Assert.Equal(0, (await Daemon.ControlAsync("scale", "web", "4")).Code);
        await load.AnswersAsync(500);

        Assert.Empty(await load.StopAsync());
        Assert.Equal(3, Daemon.Events("exit").Length);
    }

    [Fact]
    public async Task Restart_DatagramServer_LosesNoDatagram()
    {
        Configure($"[{Checkout.Worker("shares")}, \"{{worker}}\", \"udp4,{Address},{Port}\"]");
        await StartAsync(Program);
        await using var load = Load.Udp(Address, Port);
        await load.AnswersAsync(500);
        await RestartAsync();
        await load.AnswersAsync(500);

        Assert.Empty(await load.StopAsync());
    }

    [Fact]
    public async Task Status_Wide_HasTheConnectionsOfEachWorker()
    {
        Configure(Hello);
        await StartAsync(Program);
        await using (var load = Load.Http(Address, Port)) await load.AnswersAsync(400);
        var lines = (await Daemon.ControlAsync("status", "-o", "wide")).Out.Split('\n');

        Assert.StartsWith("steering: ebpf; tcp_migrate_req: ", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("  GIVEN  MIGRATED  DETAIL", lines[2], StringComparison.Ordinal);
        // Connections from before the program was loaded are not counted.
        Assert.All(lines[3..7], line => Assert.Matches(@" [1-9]\d+ +0$", line));
    }
}
