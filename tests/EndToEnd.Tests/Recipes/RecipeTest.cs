using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Recipes;

/// <summary>
/// A recipe with its real server: the copies serve together, a rolling restart under load loses nothing, and each copy ends by
/// its stop signal.
/// </summary>
public abstract class RecipeTest : DaemonTest
{
    private protected const int Copies = 3;

    private const int Clients = 3;
    private const int Answers = 60;

    /// <summary>The load is light, as the test is not of the speed of the machine.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>A server that some recipes send requests on to.</summary>
    private protected static string Origin(int port) =>
        $$"""
        services:
          origin: { command: [{{Checkout.Worker("hello")}}, "{{port}}", 127.0.0.1], reuseport: { ports: [{{port}}] } }
        """;

    /// <param name="name">The section of the page.</param>
    /// <param name="program">The server's program and the package that it comes with.</param>
    /// <param name="ask">Sends one request over the shared port, on its own connection. Throws if the request fails.</param>
    /// <param name="others">Services of the test that the recipe's copies talk to.</param>
    private protected async Task ServesAndRollsAsync(
        string name, (string File, string Package) program, Func<RecipeClient, Task> ask, string? others = null)
    {
        Programs.Require(program.File, program.Package);
        await RecipeHost.RequireAsync();
        await StartAsync(Recipe.Read(name), others);
        Assert.Equal(Copies, Daemon.Events("ready").Count(ready => ready["REUSEPORT_SERVICE"] == name));
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
        var before = Pids(name);
        var restart = await Daemon.ControlAsync("restart", name);
        Assert.Equal((0, $"{name}: {Copies} of {Copies} workers ready\n"), (restart.Code, restart.Out));
        // The record in the log may follow the answer of a command.
        await Deadline.UntilAsync(() => !before.Intersect(Pids(name)).Any(), "each copy has another process");
        await load.AnswersAsync(Answers);
        Assert.Empty(await load.StopAsync());

        await StopsAsync(name);
    }

    /// <summary>The other services start first, as a proxy without a server at its start answers with errors.</summary>
    private async Task StartAsync(Recipe recipe, string? others)
    {
        RecipeHost.Prepare(Daemon, recipe);
        Daemon.Configure(others ?? recipe.Service);
        await Daemon.StartAsync();
        if (others is null) return;
        Daemon.Configure(recipe.Service, recipe.Name);
        Assert.Equal(0, (await Daemon.ApplyAsync()).Code);
    }

    /// <summary>From the counters of the kernel, as not every server tells which copy answered.</summary>
    private async Task AllWereGivenAsync(string name)
    {
        using var status = JsonDocument.Parse((await Daemon.ControlAsync("status", "-o", "json")).Out);
        var steering = status.RootElement.GetProperty("steering").GetString();
        Assert.SkipWhen(steering == "none", "no connections can be steered here, and restarts may lose some");
        if (steering != "ebpf") return;
        var given = status.RootElement.GetProperty("workers").EnumerateArray()
            .Where(worker => worker.GetProperty("service").GetString() == name)
            .Select(worker => worker.GetProperty("given").GetInt64());
        Assert.All(given, count => Assert.InRange(count, 1, long.MaxValue));
    }

    private async Task StopsAsync(string name)
    {
        var stop = await Daemon.ControlAsync("stop", name);
        Assert.Equal(0, stop.Code);
        await Deadline.UntilAsync(() => Exits(name).Length == 2 * Copies, "each of the processes has ended");
        // The daemon would have killed a process that did not end within its grace period.
        Assert.DoesNotContain(Exits(name), exit => (exit["EXIT_CODE"], exit["EXIT_STATUS"]) == ("killed", $"{Processes.Kill}"));
    }

    private LogRecord[] Exits(string name) => [.. Daemon.Events("exit").Where(exit => exit["REUSEPORT_SERVICE"] == name)];

    private int[] Pids(string name) => [.. Enumerable.Range(0, Copies).Select(copy => Daemon.PidOf($"{name}@{copy}"))];
}
