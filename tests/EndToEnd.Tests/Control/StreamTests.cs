using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Control;

/// <summary><c>reuseportctl logs</c> and <c>events</c>.</summary>
public sealed class StreamTests : DaemonTest
{
    [Fact]
    public async Task Logs_Worker_AreItsNewestLines()
    {
        await StartAsync();
        var logs = await Daemon.ControlAsync("logs", "-n", "2", "talks@1");
        Assert.Equal((0, "talks@1: line 3\ntalks@1: begun\n", ""), (logs.Code, logs.Out, logs.Error));
    }

    [Fact]
    public async Task Logs_Followed_EndWithTheirReader()
    {
        await StartAsync();
        // head(1) ends while the worker goes on writing: the client must notice the closed pipe.
        var piped = await Command.RunAsync(
            "timeout",
            ["20", "sh", "-c", $"{Artifacts.Control} logs -f -n 1 talks@0 --socket {Daemon.ControlSocket} | head -n 3"]);
        Assert.Equal((0, ""), (piped.Code, piped.Error));
        Assert.Equal(
            ["talks@0: tick", "talks@0: tick"], piped.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(2));
    }

    [Fact]
    public async Task Events_Worker_AreItsEvents()
    {
        await StartAsync();
        var events = await Daemon.ControlAsync("events", "talks@1");
        Assert.Equal((0, ""), (events.Code, events.Error));
        Assert.Matches(@"^\S+Z  spawn +talks@1: ", events.Out);
        Assert.Contains("  ready       talks@1: ready after", events.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("talks@0", events.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_Followed_ComeAsTheyHappen()
    {
        await StartAsync();
        var following = Command.RunAsync(
            "timeout",
            ["20", "sh", "-c", $"{Artifacts.Control} events -f talks@0 --socket {Daemon.ControlSocket} | grep -m 1 -w exit"]);
        // Events before the client follows are lost, so the event is repeated.
        while (!following.IsCompleted) await Daemon.ControlAsync("restart", "talks@0");
        var told = await following;
        Assert.Equal(0, told.Code);
        Assert.Contains("talks@0", told.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_UnknownName_IsAnError()
    {
        await StartAsync();
        Assert.Equal(4, (await Daemon.ControlAsync("logs", "nobody")).Code);
        Assert.Equal(4, (await Daemon.ControlAsync("events", "nobody")).Code);
    }

    [Fact]
    public async Task Follow_DaemonStops_HasAllUntilItsEnd()
    {
        await StartAsync();
        var (events, logs) = (Follow("events"), Follow("logs"));
        await FollowedAsync();
        await Daemon.StopAsync();

        foreach (var ended in (Command[])[await events, await logs])
        {
            Assert.Equal(0, ended.Code);
            Assert.StartsWith("reuseportctl: ", ended.Error, StringComparison.Ordinal);
        }

        var lines = (await File.ReadAllTextAsync(Daemon.Folder["events"])).TrimEnd().Split('\n');
        Assert.Contains("  stopped  ", lines[^1], StringComparison.Ordinal);
        Assert.Contains(lines, line => line.Contains("  exit        talks@1: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Follow_DaemonIsKilled_Fails()
    {
        await StartAsync();
        var (events, logs) = (Follow("events"), Follow("logs"));
        await FollowedAsync();
        await Daemon.DieAsync();
        foreach (var ended in (Command[])[await events, await logs])
        {
            Assert.Equal(1, ended.Code);
            Assert.StartsWith("reuseportctl: ", ended.Error, StringComparison.Ordinal);
        }
    }

    private Task<Command> Follow(string verb) =>
        Command.RunAsync(
            "sh", ["-c", $"exec {Artifacts.Control} {verb} -f --socket {Daemon.ControlSocket} > {Daemon.Folder[verb]}"]);

    /// <summary>Events before the client follows are lost, so the events are repeated.</summary>
    private Task FollowedAsync() => Deadline.UntilAsync(
        async () =>
        {
            await Daemon.ControlAsync("restart", "talks@0");
            return new[] { "events", "logs" }.All(verb => new FileInfo(Daemon.Folder[verb]) is { Exists: true, Length: > 0 });
        },
        "both streams are followed");

    private async Task StartAsync()
    {
        const string says = "echo line 1; echo line 2; echo line 3; echo begun";
        const string ticks = "while :; do sleep 0.1; echo tick; done";
        Daemon.Configure($$"""
            services:
              talks:
                command: [sh, -c, "{{says}}; if test {worker} = 0; then {{ticks}}; else exec sleep 1000; fi"]
                workers: 2
                reuseport: { ports: any, address: {{Address}} }
                readiness: { type: delay, delay: 0s }
            """);
        await Daemon.StartAsync();
        await Daemon.LineAsync("begun", "talks@0");
        await Daemon.LineAsync("begun", "talks@1");
    }
}
