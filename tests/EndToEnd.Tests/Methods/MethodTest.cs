using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Methods;

/// <summary>A test of the method by which programs share their port, with four copies of a program as the service web.</summary>
public abstract class MethodTest : DaemonTest
{
    /// <summary>A server of tests/TestWorkers, with its arguments.</summary>
    /// <param name="path">A copy of the program.</param>
    private protected string Command(string program, string? path = null) =>
        program.StartsWith("go-", StringComparison.Ordinal)
            ? CommandOf(path ?? Checkout.Worker(program), $"{Address}:{Port}")
            : CommandOf(path ?? Checkout.Worker(program), $"{Port}", Address);

    private protected static string CommandOf(params string[] words) =>
        $"[{string.Join(", ", words.Select(word => $"'{word}'"))}]";

    /// <param name="more">Further keys of the service.</param>
    private protected void Configure(string command, string reuseport, int workers = Copies.Count, string more = "{}") =>
        Daemon.Configure($$"""
            services:
              web:
                command: {{command}}
                workers: {{workers}}
                reuseport: { ports: [{{Port}}], {{reuseport}} }
                <<: {{more}}
            """);

    /// <summary>Starts the daemon in the group. The test is skipped if the daemon may not load BPF programs.</summary>
    private protected async Task StartInAsync(DelegatedCgroup cgroup)
    {
        // The users of workers may not be able to enter the checkout.
        await Daemon.StartInAsync(cgroup, "--preload", await Daemon.LibraryCopyAsync());
        var steering = (await Daemon.JsonAsync("status"))["steering"]!.GetValue<string>();
        Assert.SkipUnless(steering == "ebpf", "BPF programs are not permitted here");
    }

    /// <summary>Each worker has the method, and each process of the service answers.</summary>
    private protected async Task AssertShareAsync(string method)
    {
        var workers = (await Daemon.JsonAsync("status", "web"))["workers"]!.AsArray();
        Assert.Equal(Copies.Count, workers.Count);
        Assert.All(workers, worker => Assert.Equal(("ready", method), ($"{worker!["state"]}", $"{worker["method"]}")));
        // The last word of each server's answer is its pid.
        await Copies.AllAnswerAsync(
            Copies.Pids(Daemon, "web"), async () => (await Ask.HttpAsync(Address, Port)).Split(' ')[^1]);
    }

    /// <summary>A rolling restart replaces each process, and no request of the load fails.</summary>
    private protected async Task AssertRestartLosesNothingAsync(Load load)
    {
        await load.AnswersAsync(300);
        var before = Copies.Pids(Daemon, "web");
        var restart = await Daemon.ControlAsync("restart", "web");
        Assert.Equal(0, restart.Code);
        Counts.AssertLine(restart.Out, "web", Copies.Count, Copies.Count);
        // The record in the log may follow the answer of a command.
        await Deadline.UntilAsync(() => !before.Intersect(Copies.Pids(Daemon, "web")).Any(), "each copy has another process");
        await load.AnswersAsync(300);

        Assert.Empty(await load.StopAsync());
        Assert.Equal(Copies.Count, Daemon.Events("exit").Length);
    }
}
