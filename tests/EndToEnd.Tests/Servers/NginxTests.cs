using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Servers;

public sealed class NginxTests : DaemonTest
{
    [Fact]
    public async Task MasterAndOneWorker_FourCopies_AllServe()
    {
        await StartAsync();

        await Copies.AllAnswerAsync(Copies.Numbers, () => Ask.HttpAsync(Address, Port, "/id"));
    }

    /// <summary>
    /// The worker process of nginx survives its master and would keep the listening socket open.
    /// </summary>
    [Fact]
    public async Task Master_Killed_OnlyProcessesOfTheNewMasterServe()
    {
        await StartAsync();
        var killed = Daemon.PidOf("web@1");
        Processes.Signal(killed, Processes.Kill);
        var exit = await Daemon.EventAsync("exit", "web@1");
        await Daemon.EventAsync("ready", "web@1", exit);

        await Deadline.UntilAsync(() => Listeners.On(Port).Length == Copies.Count, "one listener for each copy");
        await Copies.AllAnswerAsync(Copies.Numbers, () => Ask.HttpAsync(Address, Port, "/id"));
    }

    private async Task StartAsync()
    {
        Nginx.Configure(Daemon, processes: 1);
        await Daemon.StartAsync();
    }
}
