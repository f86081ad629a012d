using System.Net;
using System.Net.Sockets;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

/// <summary>Each command names the cause if a worker does not share its port. Decisions.Tests has the sentences.</summary>
public sealed class CauseTests : DaemonTest
{
    [Fact]
    public async Task PortOutsideOfTheFilter_OtherWorkerCannotBind_NamesTheFilter()
    {
        Daemon.Configure(
            Web(filter: Port + 1, workers: 2, "readiness: { timeout: 60s }, restart: { delay: 60s, max_delay: 60s }"));
        Daemon.Launch();
        var left = (await Daemon.EventAsync("backoff")).Worker!;
        var holder = left == "web@0" ? "web@1" : "web@0";

        // Both commands have the same sentence, although the command does not name the other worker.
        string[] causes =
        [
            LastLine.Without((await Daemon.ControlAsync("status", left)).Out).TrimEnd().Split('\n')[^1],
            LastLine.Without((await Daemon.ControlAsync("binds", left)).Out).TrimEnd().Split('\n')[^1],
        ];
        Assert.Equal(causes[0], causes[1]);
        Facts.AssertIn(
            causes[0], $"{Address}:{Port} tcp", $"{holder} (process {Daemon.PidOf(holder)})",
            $"'reuseport.ports' has {Port + 1} and not {Port}");
    }

    [Fact]
    public async Task PortOfOtherProcess_ApplyAndStart_NameProcessUntilItEnds()
    {
        var other = new TcpListener(IPAddress.Parse(Address), Port);
        other.Start();
        await Daemon.StartAsync();
        Daemon.Configure(Web(filter: Port, workers: 1, "restart: { policy: no }"));
        var own = $"(process {Environment.ProcessId})";

        var apply = await Daemon.ControlAsync("apply");
        Assert.Equal(1, apply.Code);
        Facts.AssertIn(
            LastLine.Without(apply.Error), $"{Address}:{Port} tcp", own, "'reuseportctl start web'", "'reuseportctl logs web'");

        var start = await Daemon.ControlAsync("start", "web");
        Assert.Equal(1, start.Code);
        Facts.AssertIn(start.Error, $"{Address}:{Port} tcp", own);

        other.Dispose();
        var status = "";
        await Deadline.UntilAsync(
            async () =>
            {
                status = LastLine.Without((await Daemon.ControlAsync("status", "web")).Out);
                return !status.Contains(own, StringComparison.Ordinal);
            },
            "the holder of the port is looked up again");
        Facts.AssertIn(status, $"{Address}:{Port} tcp", "'reuseportctl start web'");
        Counts.AssertLine((await Daemon.ControlAsync("start", "web")).Out, "web", 1, 1);
    }

    [Fact]
    public async Task Scale_ByCommand_IsShownUntilTheFileChanges()
    {
        Daemon.Configure(Web(filter: Port, workers: 1));
        await Daemon.StartAsync();
        await Daemon.ControlAsync("scale", "web", "2");
        const string scaled = """[{"service":"web","workers":2,"declared":1}]""";

        Assert.Equal(scaled, (await Daemon.JsonAsync("status"))["scaled"]?.ToJsonString());
        Assert.Equal(scaled, (await Daemon.JsonAsync("diff"))["kept"]?.ToJsonString());
        var apply = await Daemon.ApplyAsync();
        Assert.Equal([0, 0, 0, 1, 2, 2], Counts.In(apply.Out));

        await Daemon.ControlAsync("scale", "web", "0");
        Assert.Equal(3, (await Daemon.ControlAsync("status", "web")).Code);
        await Daemon.ControlAsync("scale", "web", "1");
        Assert.DoesNotContain("web", (await Daemon.ControlAsync("diff")).Out, StringComparison.Ordinal);
        Assert.Null((await Daemon.JsonAsync("status"))["scaled"]);
    }

    [Theory]
    [InlineData("TERM", 143)]
    [InlineData("INT", 130)]
    public async Task Start_SignalDuringTheWait_SetsTheExitCode(string signal, int code)
    {
        Daemon.Configure($$"""
            services:
              deaf: { command: [sleep, "1000"], reuseport: { ports: {{Port}} }, autostart: false }
            """);
        await Daemon.StartAsync();

        var client = $"{Artifacts.Control} --socket {Daemon.ControlSocket}";
        var run = await Command.RunAsync(
            "sh", ["-c", $"exec timeout --foreground --preserve-status -s {signal} 1 {client} start deaf"]);

        Assert.Equal((code, ""), (run.Code, run.Error));
    }

    private string Web(int filter, int workers, string more = "autostart: true") => $$"""
        services:
          web:
            { command: [python3, -m, http.server, "{{Port}}", --bind, {{Address}}], workers: {{workers}},
              reuseport: { ports: {{filter}} }, {{more}} }
        """;
}
