using System.Text.Json;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Updating;

/// <summary>A test of losses under load, with a given kind of steering.</summary>
public abstract class SteeredTest : DaemonTest
{
    private protected const string Program = "ebpf";
    private protected const string Classic = "cbpf";

    /// <summary>A server without signal handlers: SIGTERM ends it at any point.</summary>
    private protected string Hello => $"[{Checkout.Worker("hello")}, \"{Port}\", {Address}]";

    private protected string Python =>
        $"[{Programs.Require("python3", "python3")}, -m, http.server, \"{Port}\", --bind, {Address}]";

    private protected void Configure(string command, string more = "") => Daemon.Configure($$"""
        services:
          web:
            command: {{command}}
            working_dir: {{Daemon.Folder["."]}}
            workers: 4
            reuseport: { ports: [{{Port}}] }
            {{more}}
        """);

    /// <summary>Starts the daemon. The test is skipped if the daemon cannot use this kind of steering.</summary>
    private protected async Task StartAsync(string way)
    {
        Daemon.Folder.Write("etc/reuseportd.yaml", $"steering: {way}\n");
        await Daemon.StartAsync();
        using var status = JsonDocument.Parse((await Daemon.ControlAsync("status", "-o", "json")).Out);
        var steering = status.RootElement.GetProperty("steering").GetString();
        Assert.SkipUnless(
            steering == way && Daemon.Events("not_steered").Length == 0, $"steering is {steering}: {way} is not permitted here");
    }

    private protected async Task RestartAsync()
    {
        var before = Copies.Pids(Daemon, "web");
        var restart = await Daemon.ControlAsync("restart", "web");
        Assert.Equal((0, "web: 4 of 4 workers ready\n"), (restart.Code, restart.Out));
        // The record in the log may follow the answer of a command.
        await Deadline.UntilAsync(() => !before.Intersect(Copies.Pids(Daemon, "web")).Any(), "each copy has another process");
    }
}
