using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>A daemon is killed while workers write as fast as they can.</summary>
public sealed class UnwrittenOutputTests(Machine machine) : NextDaemonTest(machine)
{
    private const int Lines = 12_000_000;
    private const string Written = "/opt/numbers";

    [Fact]
    public async Task Daemon_KilledInAFlood_NoLineOfAFileIsLost()
    {
        var path = Machine.Path(Written);
        File.Delete(path);
        Configure(
            "numbers", $$"""
            services:
              numbers:
                command: [sh, -c, "seq {{Lines}}; exec sleep infinity"]
                stdout: file:{{Written}}
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
        await StartAsync();
        var last = await Journal.EventAsync("started");
        foreach (var size in (long[])[10_000_000, 30_000_000, 60_000_000])
        {
            await Deadline.UntilAsync(() => new FileInfo(path).Length > size, "more of the lines are written");
            await SignalAsync(await MainPidAsync(), "KILL");
            last = await Journal.EventAsync("started", after: last);
        }

        var end = Lines.ToString(CultureInfo.InvariantCulture);
        await Deadline.UntilAsync(() => LastLine(path) == end, "the last line is written");
        NumberedLines.AssertAll(File.ReadLines(path), mayRepeat: true);
        File.Delete(path);
    }

    /// <summary>Two daemons die in the middle of a line.</summary>
    [Fact]
    public async Task Daemon_KilledTwice_LineIsWhole()
    {
        var end = Machine.Path("/opt/end");
        File.Delete(end);
        Configure(
            "slow", """
            services:
              slow:
                command: [sh, -c, "printf 'begin '; while [ ! -e /opt/end ]; do sleep 0.05; done; echo end; exec sleep infinity"]
                readiness: { type: delay, delay: 0s }
                reuseport: { ports: any }
            """);
        await StartAsync();
        var last = await Journal.EventAsync("started");
        for (var time = 0; time < 2; time++)
        {
            await SignalAsync(await MainPidAsync(), "KILL");
            last = await Journal.EventAsync("started", after: last);
        }

        await File.WriteAllTextAsync(end, "");
        var line = await Journal.WaitAsync("the line", entry => entry.IsOf("slow") && entry.Has("REUSEPORT_STREAM"));
        File.Delete(end);
        Assert.Equal("begin end", line.Message);
    }

    private static string LastLine(string path)
    {
        using var file = File.OpenRead(path);
        file.Seek(-Math.Min(file.Length, 64), SeekOrigin.End);
        using var reader = new StreamReader(file);
        return reader.ReadToEnd() is var tail && tail.EndsWith('\n') ? tail.TrimEnd('\n').Split('\n')[^1] : "";
    }
}
