using Reuseportd.EndToEnd.Tests.Harness;

namespace Reuseportd.EndToEnd.Tests.Lifecycle;

public sealed class DaemonDeathTests : DaemonTest
{
    [Fact]
    public async Task Killed_WorkersEndWithItAndTheNextOneTakesOver()
    {
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Artifacts.Worker("hello")}}, "{{Port}}"]
                workers: 4
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();
        var pids = Copies.Pids(Daemon, "web");
        await Daemon.DieAsync();
        Assert.Empty(Listeners.On(Port));
        Assert.True(File.Exists(Daemon.ControlSocket), "a daemon that was killed cannot clean up");

        await Daemon.StartAsync();
        Assert.Empty(pids.Intersect(Copies.Pids(Daemon, "web")));
        await Copies.AllAnswerAsync(Copies.Numbers, async () => (await Ask.HttpAsync(Address, Port)).Split(' ')[1]);
        await Daemon.StopAsync();
        Assert.False(File.Exists(Daemon.ControlSocket));
    }

    [Fact]
    public async Task SecondOneOnTheSameSocket_IsRefusedAndTheFirstGoesOn()
    {
        await Daemon.StartAsync();
        var second = await Command.RunAsync(Artifacts.Daemon, ["--config", Daemon.Config, "--socket", Daemon.ControlSocket]);

        Assert.Equal(78, second.Code);
        Assert.Contains("another reuseportd is running", second.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Daemon.ControlAsync("status")).Code);
    }
}
