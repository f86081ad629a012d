using System.Net;
using System.Net.Sockets;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

/// <summary>What people are told where a worker does not share its port, whichever command they ask by.</summary>
public sealed class CauseTests : DaemonTest
{
    [Fact]
    public async Task PortOutsideOfTheFilter_TheOneLeftOutIsToldOfTheFilter()
    {
        Daemon.Configure(Web(filter: Port + 1, workers: 2, "readiness: { timeout: 60s }, restart: { delay: 60s, max_delay: 60s }"));
        Daemon.Launch();
        var left = (await Daemon.EventAsync("backoff")).Worker!;
        var holder = left == "web@0" ? "web@1" : "web@0";
        var cause = $"{Address}:{Port} tcp is held by worker {holder} (process {Daemon.PidOf(holder)}), which bound it unshared, as 'reuseport.ports' has "
                    + $"{Port + 1} and not {Port}; correct that, or what the program takes\n";

        // The same words from each, also where the neighbour is not asked about.
        foreach (var command in new[] { "status", "binds" })
            Assert.EndsWith(cause, LastLine.Without((await Daemon.ControlAsync(command, left)).Out), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PortOfAStranger_IsSaidByApplyAndStartAndOfThePastWhenItHasGone()
    {
        var stranger = new TcpListener(IPAddress.Parse(Address), Port);
        stranger.Start();
        await Daemon.StartAsync();
        Daemon.Configure(Web(filter: Port, workers: 1, "restart: { policy: no }"));
        var held = $"{Address}:{Port} tcp is held by ";
        const string next = "; stop that, or take another port; 'reuseportctl start web' tries it again\n";

        var apply = await Daemon.ControlAsync("apply");
        Assert.Equal(1, apply.Code);
        Assert.Contains(held, apply.Error, StringComparison.Ordinal);
        Assert.EndsWith($"(process {Environment.ProcessId}), which does not share it{next}reuseportctl: see 'reuseportctl logs web'\n", LastLine.Without(apply.Error), StringComparison.Ordinal);

        var start = await Daemon.ControlAsync("start", "web");
        Assert.Equal(1, start.Code);
        Assert.Contains(held, start.Error, StringComparison.Ordinal);

        stranger.Dispose();
        await Deadline.UntilAsync(
            async () => LastLine.Without((await Daemon.ControlAsync("status", "web")).Out).EndsWith(
                $"{Address}:{Port} tcp was held by somebody else when it was tried; nobody is seen to have it now; 'reuseportctl start web' tries it again\n",
                StringComparison.Ordinal), "what is remembered of the port is looked at anew");
        Assert.Equal("web: 1 of 1 workers ready\n", (await Daemon.ControlAsync("start", "web")).Out);
    }

    [Fact]
    public async Task ScaledByHand_IsSaidUntilTheFileChanges()
    {
        Daemon.Configure(Web(filter: Port, workers: 1));
        await Daemon.StartAsync();
        await Daemon.ControlAsync("scale", "web", "2");
        const string scaled = "scaled by hand: web to 2 workers (its file: 1)";

        Assert.Contains($"\n{scaled}\n", (await Daemon.ControlAsync("status")).Out, StringComparison.Ordinal);
        Assert.Equal($"nothing would change\n{scaled}; the number holds until 'workers' of its file changes\n", (await Daemon.ControlAsync("diff")).Out);
        Assert.Equal("services: 0 added, 0 changed, 0 removed, 1 unchanged; 2 of 2 workers ready\n", (await Daemon.ApplyAsync()).Out);

        await Daemon.ControlAsync("scale", "web", "0");
        Assert.Equal(3, (await Daemon.ControlAsync("status", "web")).Code);
        await Daemon.ControlAsync("scale", "web", "1");
        Assert.Equal("no changes: the files match the running configuration\n", (await Daemon.ControlAsync("diff")).Out);
        Assert.DoesNotContain("scaled by hand", (await Daemon.ControlAsync("status")).Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public async Task SignalWhileWaiting_IsSaidByTheExitCode(string signal, int code)
    {
        Daemon.Configure($$"""
            services:
              deaf: { command: [sleep, "1000"], reuseport: { ports: {{Port}} }, autostart: false }
            """);
        await Daemon.StartAsync();

        var client = $"{Artifacts.Control} --socket {Daemon.ControlSocket}";
        var run = await Command.RunAsync("sh", ["-c", $"exec timeout --foreground --preserve-status -s {signal} 1 {client} start deaf"]);

        Assert.Equal((code, ""), (run.Code, run.Error));
    }

    private string Web(int filter, int workers, string more = "autostart: true") => $$"""
        services:
          web:
            { command: [python3, -m, http.server, "{{Port}}", --bind, {{Address}}], workers: {{workers}}, reuseport: { ports: {{filter}} }, {{more}} }
        """;
}
