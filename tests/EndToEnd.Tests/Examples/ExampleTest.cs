using System.Collections.Concurrent;
using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Recipes;

namespace EndToEnd.Tests.Examples;

/// <summary>An example with its real server, started as its page says.</summary>
public abstract class ExampleTest : RollingTest
{
    /// <param name="name">The folder, which is also the name of the service.</param>
    /// <param name="program">The server's program and the package that it comes with.</param>
    /// <param name="ask">Sends one request over the shared port, on its own connection. Throws if the request fails.</param>
    private protected async Task ServesAndRollsAsync(
        string name, (string File, string Package) program, Func<RecipeClient, Task> ask) =>
        await RollsAsync(name, await StartAsync(name, program), ask);

    /// <summary>The same for a server whose answer names its process. Each process of each copy has answered.</summary>
    /// <param name="ask">Returns a text that is different for each process.</param>
    private protected async Task EachAnswersAndRollsAsync(
        string name, (string File, string Package) program, Func<RecipeClient, Task<string>> ask)
    {
        var copies = await StartAsync(name, program);
        var answered = new ConcurrentDictionary<string, bool>();
        await RollsAsync(name, copies, async client => answered.TryAdd(await ask(client), true));
        Assert.Equal(2 * copies, answered.Count);
    }

    /// <summary>A daemon without privileges starts the copies, and the commands of the page reach them.</summary>
    private protected async Task ServesAnOrdinaryUserAsync(string name, (string File, string Package) program)
    {
        await Daemon.BecomeOrdinaryAsync();
        await StartAsync(name, program, "--preload", await Daemon.LibraryCopyAsync());
        Assert.All(
            Daemon.Events("spawn"),
            spawn => Assert.StartsWith(
                $"{OrdinaryDaemon.User}\t", Processes.Status(spawn.Pid, "Uid"), StringComparison.Ordinal));

        foreach (var command in Example.Read(name).Trial)
        {
            var trial = await Command.RunAsync("nsenter", [$"--net=/proc/{Daemon.Pid}/ns/net", "bash", "-euc", command]);
            Assert.True(trial.Code == 0, $"{command}: {trial.Code}: {trial.Out}{trial.Error}");
        }

        await Daemon.StopAsync();
    }

    /// <summary>Starts the daemon with a copy of the folder, in which the commands of the page have been carried out.</summary>
    /// <returns>The number of copies. Each is ready.</returns>
    private async Task<int> StartAsync(string name, (string File, string Package) program, params string[] arguments)
    {
        Programs.Require(program.File, program.Package);
        await RecipeHost.RequireAsync();
        var example = Example.Read(name);
        var copied = await Command.RunAsync("cp", ["-R", $"{example.Folder}/.", Daemon.Config]);
        Assert.Equal((0, ""), (copied.Code, copied.Error));
        // The cache that make testworkers fills: with an empty one, a build takes up to a minute on a busy machine.
        var cache = Path.Combine(Checkout.Out, "go-cache");
        string[] commands = [$"cd '{Daemon.Config}'", $"export GOCACHE='{cache}'", .. example.Preparation];
        RecipeHost.Prepare(Daemon, string.Join('\n', commands));
        await Daemon.StartAsync(arguments);

        var copies = Daemon.Events("ready").Select(ready => ready.Worker).Distinct().Count();
        Assert.InRange(copies, 2, int.MaxValue);
        Assert.Equal(copies, Daemon.Events("spawn").Length);
        return copies;
    }
}
