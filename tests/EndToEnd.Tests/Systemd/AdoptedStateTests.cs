using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>What the next daemon knows beside the workers: events, output, and messages that workers sent meanwhile.</summary>
public sealed class AdoptedStateTests(Machine machine) : NextDaemonTest(machine)
{
    private const string Folder = "/opt/adopted";

    [Fact]
    public async Task Restart_EventsAndLines_AreKeptAndGoOn()
    {
        Configure(
            "lines", """
            services:
              lines:
                command: [sh, -c, "i=0; while test $i -lt 9; do i=$((i+1)); echo line $i; sleep 0.01; done; sleep 1000"]
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
        await StartAsync();
        await Journal.WaitAsync("the last line", entry => entry.Message == "line 9");
        for (var time = 0; time < 3; time++)
        {
            var (events, lines) = (await ShownAsync("events", "-o", "json"), await ShownAsync("logs", "-n", "10000"));
            await Machine.DoAsync("systemctl", "restart", "reuseportd");
            Assert.Equal(events, (await ShownAsync("events", "-o", "json"))[..events.Length]);
            Assert.Equal(lines, await ShownAsync("logs", "-n", "10000"));
        }

        var numbers = (await ShownAsync("events", "-o", "json")).Select(one => (int)JsonNode.Parse(one)!["sequence"]!).ToArray();
        Assert.Equal(Enumerable.Range(1, numbers.Length), numbers);
        var last = await ShownAsync("logs", "-n", "10000");
        // The ring of a worker that writes little is small.
        Assert.NotEmpty(last);
        Assert.Equal(Enumerable.Range(10 - last.Length, last.Length).Select(number => $"lines@0: line {number}"), last);
    }

    /// <summary>The worker sends READY=1 once.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("    user: nobody")]
    public async Task Kill_WorkerReportsReadyMeanwhile_IsReady(string more)
    {
        const string code =
            $"import os, socket, time\\nwhile not os.path.exists('{Folder}/go'): time.sleep(0.02)\\n"
            + "socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', os.environ['NOTIFY_SOCKET'])\\n"
            + "time.sleep(1000)";
        await OverrideAsync("RestartSec=5s");
        await Machine.DoAsync("sh", "-c", $"rm -rf {Folder}; mkdir -m 755 {Folder}");
        Configure(
            "late", $$"""
            services:
              late:
                command: [/usr/bin/python3, -c, "{{code}}"]
                readiness: { type: notify, timeout: 1h }
                reuseport: { ports: any }
            {{more}}
            """);
        await Machine.DoAsync("systemctl", "start", "--no-block", "reuseportd");
        var spawned = await Journal.EventAsync("spawn", "late", 0);
        await Deadline.UntilAsync(() => Machine.Workers().Length > 0, "the worker runs");
        await SignalAsync(await MainPidAsync(), "KILL");
        await UntilAsync("SubState", "auto-restart");
        await Machine.DoAsync("touch", $"{Folder}/go");

        var adopted = await Journal.EventAsync("adopted", after: spawned);
        var ready = await Journal.EventAsync("ready", "late", 0, after: adopted);
        Assert.Equal(spawned["REUSEPORT_PID"], ready["REUSEPORT_PID"]);
    }

    private async Task<string[]> ShownAsync(params string[] verb) =>
        (await Machine.DoAsync(["reuseportctl", .. verb])).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
