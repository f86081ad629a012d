using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Lifecycle;

public sealed class DaemonDeathTests : DaemonTest
{
    [Fact]
    public async Task Daemon_Killed_WorkersEndAndTheNextDaemonStarts()
    {
        Copies.Configure(Daemon);
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

    /// <summary>nginx writes over its environment, so its own workers are known by their session alone.</summary>
    [Fact]
    public async Task Daemon_Killed_NginxWorkerProcessesEnd()
    {
        Nginx.Configure(Daemon, processes: 2);
        await Daemon.StartAsync();
        var masters = Copies.Numbers.Select(number => Daemon.PidOf($"web@{number}")).ToArray();
        var workers = Array.Empty<int>();
        await Deadline.UntilAsync(
            () => (workers = [.. masters.SelectMany(Processes.ChildrenOf)]).Length == 2 * Copies.Count, "nginx has its workers");

        await Daemon.DieAsync();

        await Deadline.UntilAsync(() => !masters.Concat(workers).Any(Processes.Runs), "nginx's processes end");
        Assert.Empty(Listeners.On(Port));
    }

    /// <summary>A shell that waits for its child, and a shell whose child left its session and parent.</summary>
    [Fact]
    public async Task Daemon_Killed_ChildrenOfShellsEnd()
    {
        var holds = $"setsid sh -c '{Checkout.Worker("hold-pipe")} & exit'";
        Daemon.Configure($$"""
            services:
              web:
                command: [/bin/sh, -c, "{{holds}}; {{Checkout.Worker("hello")}} {{Port}}; true"]
                workers: 2
                reuseport: { ports: [{{Port}}] }
            """);
        await Daemon.StartAsync();
        foreach (var worker in (string[])["web@0", "web@1"]) await Daemon.LineAsync("holding", worker);
        Assert.Equal(2, Listeners.On(Port).Length);

        // Ends when no process that has the test's mark is left.
        await Daemon.DieAsync();

        Assert.Empty(Listeners.On(Port));
    }

    [Fact]
    public async Task Daemon_Stopped_GuardEndsFirst()
    {
        await Daemon.StartAsync();
        var guard = Assert.Single(Processes.ChildrenOf(Daemon.Pid));
        await Deadline.UntilAsync(() => Processes.Status(guard, "Name") == "reuseport-guard", "the guard has its name");

        await Daemon.StopAsync();

        Assert.Null(Processes.Status(guard, "Name"));
        Assert.Empty(Daemon.Events("guard"));
    }

    [Fact]
    public async Task Guard_Killed_AnotherOneEndsTheWorkersOfAKilledDaemon()
    {
        Copies.Configure(Daemon);
        await Daemon.StartAsync();
        var guard = await GuardAsync(0);
        Processes.Signal(guard, Processes.Kill);

        var warning = await Daemon.EventAsync("guard");

        Assert.Equal(("4", guard), (warning["PRIORITY"], warning.Pid));
        Assert.Null(Processes.Status(guard, "Name"));
        await GuardAsync(guard);
        await Daemon.DieAsync();
        Assert.Empty(Listeners.On(Port));

        async Task<int> GuardAsync(int former)
        {
            var found = 0;
            await Deadline.UntilAsync(
                () => (found = Processes.ChildrenOf(Daemon.Pid).FirstOrDefault(
                    pid => pid != former && Processes.Status(pid, "Name") == "reuseport-guard")) != 0,
                "a guard runs");
            return found;
        }
    }

    [Fact]
    public async Task Start_SecondDaemonOnTheSocket_Fails()
    {
        await Daemon.StartAsync();
        var second = await Command.RunAsync(Artifacts.Daemon, ["--config", Daemon.Config, "--socket", Daemon.ControlSocket]);

        Assert.Equal(78, second.Code);
        Assert.Contains(Daemon.ControlSocket, second.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await Daemon.ControlAsync("status")).Code);
    }
}
