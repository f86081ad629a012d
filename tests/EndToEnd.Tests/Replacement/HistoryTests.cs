using System.Globalization;
using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Replacement;

/// <summary>Events, output and counts are there after a replacement of the daemon, and go on.</summary>
public sealed class HistoryTests : DaemonTest
{
    private const int Times = 3;

    public HistoryTests() => Daemon.Folder.Write("etc/reuseportd.yaml", "keep_workers: true\n");

    [Fact]
    public async Task Reexec_EventsAndLines_AreKeptAndGoOn()
    {
        Daemon.Configure($$"""
            services:
              lines:
                command: [sh, -c, "i=0; while :; do i=$((i+1)); echo line $i; sleep 0.01; done"]
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
              talks:
                command: [sh, -c, "echo one; printf half; sleep 1000"]
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();
        await Daemon.LineAsync("one", "talks@0");
        await Deadline.UntilAsync(async () => (await LinesAsync("lines")).Length > 0, "a line is kept");
        for (var time = 0; time < Times; time++)
        {
            var (events, lines, talk) = (await EventsAsync(), await LinesAsync("lines"), await LinesAsync("talks"));
            Assert.Equal(0, (await Daemon.ControlAsync("reexec")).Code);
            Assert.Equal(events, (await EventsAsync())[..events.Length]);
            AssertGoesOn(lines, await LinesAsync("lines"));
            Assert.Equal(talk, await LinesAsync("talks"));
        }

        var kinds = (await EventsAsync()).Select(one => JsonNode.Parse(one)!).ToArray();
        Assert.Equal(Enumerable.Range(1, kinds.Length), kinds.Select(one => (int)one["sequence"]!));
        Assert.Equal(Times, kinds.Count(one => $"{one["event"]}" == "replaced"));
        Assert.Equal(Times, kinds.Count(one => $"{one["event"]}" == "adopted"));
        Assert.Empty(Daemon.Events("history_lost"));
        await Daemon.StopAsync();

        async Task<string[]> LinesAsync(string service) => await OutputAsync("logs", "-n", "10000", service);
    }

    [Fact]
    public async Task Reexec_CountsAndLastLines_DoNotGoBack()
    {
        Daemon.Configure($$"""
            services:
              web:
                command: [{{Checkout.Worker("hello")}}, "{{Port}}", {{Address}}]
                workers: 2
                reuseport: { ports: [{{Port}}] }
              fails:
                command: [sh, -c, "echo reason; exit 3"]
                restart: no
                reuseport: { ports: any }
              waits:
                command: [sh, -c, "echo again; exit 4"]
                restart: { delay: 1h, max_delay: 1h }
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();
        Processes.Signal(Daemon.PidOf("web@1"), Processes.Kill);
        await Daemon.EventAsync("ready", "web@1", after: await Daemon.EventAsync("exit", "web@1"));
        await using (var load = Load.Http(Address, Port))
        {
            await load.AnswersAsync(100);
            Assert.Empty(await load.StopAsync());
        }

        var before = await WorkersAsync();
        Assert.Equal(["reason", "again"], [LineOf(before, "fails@0"), LineOf(before, "waits@0")]);
        for (var time = 0; time < Times; time++)
        {
            Assert.Equal(0, (await Daemon.ControlAsync("reexec")).Code);
            var after = await WorkersAsync();
            foreach (var (name, worker) in before)
            {
                Assert.Equal(LineOf(before, name), LineOf(after, name));
                foreach (var count in (string[])["restarts", "generation", "given", "migrated"])
                    Assert.InRange((long?)after[name][count] ?? 0, (long?)worker[count] ?? 0, long.MaxValue);
            }
        }

        await Daemon.StopAsync();
    }

    [Theory]
    [InlineData("events")]
    [InlineData("logs")]
    public async Task Reexec_FollowedStream_EndsWithAMessage(string verb)
    {
        Daemon.Configure("""
            services:
              talks:
                command: [sh, -c, "while :; do echo tick; sleep 0.05; done"]
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
        await Daemon.StartAsync();
        var following = Command.RunAsync(
            "sh", ["-c", $"exec {Artifacts.Control} {verb} -f --socket {Daemon.ControlSocket} > {Daemon.Folder[verb]}"]);
        await Deadline.UntilAsync(
            async () =>
            {
                await Daemon.ControlAsync("restart", "talks@0");
                return new FileInfo(Daemon.Folder[verb]) is { Exists: true, Length: > 0 };
            },
            "the stream is followed");
        Assert.Equal(0, (await Daemon.ControlAsync("reexec")).Code);
        var ended = await following;
        Assert.Equal(0, ended.Code);
        Assert.StartsWith("reuseportctl: ", ended.Error, StringComparison.Ordinal);
        // A stop before the loop runs leaves the workers to the guard.
        await Daemon.EventAsync("adopted");
        await Daemon.StopAsync();
    }

    /// <summary>No line is missing between the lines of both daemons. The ring loses its oldest lines meanwhile.</summary>
    private static void AssertGoesOn(string[] before, string[] after)
    {
        var first = Number(after[0]);
        Assert.Equal(Enumerable.Range(first, after.Length).Select(number => $"lines@0: line {number}"), after);
        Assert.InRange(Number(after[^1]), Number(before[^1]), int.MaxValue);

        static int Number(string line) => int.Parse(line.AsSpan(line.LastIndexOf(' ')), CultureInfo.InvariantCulture);
    }

    private Task<string[]> EventsAsync() => OutputAsync("events", "-o", "json");

    private async Task<string[]> OutputAsync(params string[] verb)
    {
        var shown = await Daemon.ControlAsync(verb);
        Assert.Equal((0, ""), (shown.Code, shown.Error));
        return shown.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private async Task<Dictionary<string, JsonNode>> WorkersAsync() =>
        (await Daemon.JsonAsync("status"))["workers"]!.AsArray().ToDictionary(worker => $"{worker!["name"]}", worker => worker!);

    private static string? LineOf(Dictionary<string, JsonNode> workers, string name) => (string?)workers[name]["last_line"];
}
