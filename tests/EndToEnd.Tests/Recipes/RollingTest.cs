using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Recipes;

/// <summary>
/// Copies of a real server, in a host of their own: the copies serve together, a rolling restart under load loses nothing, and
/// each copy ends by its stop signal.
/// </summary>
public abstract class RollingTest : DaemonTest
{
    private const int Clients = 3;
    private const int Answers = 60;

    /// <summary>The load is light, as the test is not of the speed of the machine.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>The daemon runs, and has started the service.</summary>
    /// <param name="ask">Sends one request over the shared port, on its own connection. Throws if the request fails.</param>
    private protected async Task RollsAsync(string name, int copies, Func<RecipeClient, Task> ask)
    {
        Assert.Equal(copies, Daemon.Events("ready").Count(ready => ready["REUSEPORT_SERVICE"] == name));
        Assert.Empty(Daemon.Events("exit"));

        using var client = new RecipeClient(Daemon.Pid);
        await using var load = Load.Start(
            async () =>
            {
                await ask(client);
                await Task.Delay(Pause);
            },
            Clients);
        await load.AnswersAsync(Answers);
        await AllWereGivenAsync(name);
        var before = Pids(name, copies);
        var restart = await Daemon.LongControlAsync("restart", name);
        Assert.Equal((0, $"{name}: {copies} of {copies} workers ready\n"), (restart.Code, restart.Out));
        // The record in the log may follow the answer of a command.
        await Deadline.UntilAsync(() => !before.Intersect(Pids(name, copies)).Any(), "each copy has another process");
        await load.AnswersAsync(Answers);
        Assert.Empty(await load.StopAsync());
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {load.Answered} requests, 0 failed");

        await StopsAsync(name, copies);
    }

    /// <summary>From the counters of the kernel, as not every server tells which copy answered.</summary>
    private async Task AllWereGivenAsync(string name)
    {
        var steering = $"{(await Daemon.JsonAsync("status"))["steering"]}";
        Assert.SkipWhen(steering == "none", "no connections can be steered here, and restarts may lose some");
        if (steering != "ebpf") return;
        await Deadline.UntilAsync(
            async () => (await Daemon.JsonAsync("status"))["workers"]!.AsArray()
                .Where(worker => $"{worker!["service"]}" == name)
                .All(worker => (long)worker!["given"]! > 0),
            "each copy was given a connection");
    }

    private async Task StopsAsync(string name, int copies)
    {
        var stop = await Daemon.ControlAsync("stop", name);
        Assert.Equal(0, stop.Code);
        await Deadline.UntilAsync(() => Exits(name).Length == 2 * copies, "each of the processes has ended");
        // The daemon would have killed a process that did not end within its grace period.
        Assert.DoesNotContain(Exits(name), exit => (exit["EXIT_CODE"], exit["EXIT_STATUS"]) == ("killed", $"{Processes.Kill}"));
    }

    private LogRecord[] Exits(string name) => [.. Daemon.Events("exit").Where(exit => exit["REUSEPORT_SERVICE"] == name)];

    private int[] Pids(string name, int copies) =>
        [.. Enumerable.Range(0, copies).Select(copy => Daemon.PidOf($"{name}@{copy}"))];
}
