using System.Globalization;
using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>Daemons that follow each other while the disk of an output file is full.</summary>
public sealed partial class FullDiskSuccessionTests(Machine machine) : NextDaemonTest(machine)
{
    private const int Lines = 20_000;
    private const string Disk = "/opt/full", Fifo = "/opt/full-words", Ended = "/opt/full-ended", Output = Disk + "/out.log";
    private const string NoSpace = "28";

    private int _words;

    /// <summary>The worker fills the disk before the replacement, and writes words after it.</summary>
    [Theory]
    [InlineData("reexec")]
    [InlineData("restart")]
    [InlineData("KILL")]
    public async Task Daemon_ReplacedOnAFullDisk_EachLineIsWrittenOrCounted(string how)
    {
        await MountAsync();
        SetDaemon("listen: 127.0.0.1:9180");
        Configure();
        ConfigureWeb(workers: 2);
        await StartAsync();
        var started = await Journal.EventAsync("started");
        Assert.Equal(NoSpace, (await Journal.EventAsync("file_failed"))["ERRNO"]);
        await SpewEndsAsync();
        var (before, lost) = (Workers(), Lines - WrittenOf(Line()));
        await Deadline.UntilAsync(async () => await LostAsync() == lost, "the daemon has read and counted all lines");

        await ReplaceAsync(how);
        var adopted = await Journal.EventAsync("adopted", after: started);
        await Journal.EventAsync("started", after: adopted);
        await WriteWordsUntilAsync(async () => await LostAsync() > (how == "KILL" ? 0 : lost), "the next daemon loses words");
        File.Delete(Machine.Path(Disk + "/other"));
        await WriteWordsUntilAsync(() => Task.FromResult(WrittenOf(Last()) == 1), "the file takes words");
        await Journal.EventAsync("file_lost", after: await Journal.EventAsync("file_failed", after: adopted));

        Assert.Equal(before, Workers());
        Assert.DoesNotContain(Journal.Entries, entry => entry.Event == "exit");
        await AllAnswerAsync(workers: 2);
        Assert.Equal(lost, Lines - WrittenOf(Line()));
        // The full disk has cut one line, behind which another one begins.
        Assert.InRange(File.ReadLines(Machine.Path(Output)).Count(line => !Line().IsMatch(line) && !Word().IsMatch(line)), 0, 1);
        // The counts of a dead daemon are lost.
        AssertCounted((how == "KILL" ? 0 : lost) + _words - WrittenOf(Word()));
    }

    public override async ValueTask DisposeAsync()
    {
        await UnitAsync("stop");
        await Machine.RunAsync("umount", Disk);
        await base.DisposeAsync();
    }

    /// <summary>A disk that has no room for the lines before the other file is removed.</summary>
    private Task<string> MountAsync() => Machine.DoAsync(
        "sh", "-c",
        $"mkdir -p {Disk} && mount -t tmpfs -o size=3m tmpfs {Disk} && head -c 2600000 /dev/zero >{Disk}/other && "
        + $"rm -f {Fifo} {Ended} && mkfifo {Fifo}");

    private void Configure() => Configure(
        "job", $$"""
        services:
          job:
            command: [sh, -c, "{{MachineScript.Workers}}/spew {{Lines}} 100; >{{Ended}}; exec cat <>{{Fifo}}"]
            readiness: { type: delay, delay: 0s }
            stdout: file:{{Output}}
            reuseport: { ports: any }
        """);

    private Task SpewEndsAsync() =>
        Deadline.UntilAsync(() => File.Exists(Machine.Path(Ended)), "the worker has written all lines");

    private MachineProcess[] Workers() => [.. WorkersOf("job"), .. WorkersOf("web")];

    private async Task WriteWordsUntilAsync(Func<Task<bool>> holds, string what) => await Deadline.UntilAsync(
        async () =>
        {
            await File.AppendAllTextAsync(Machine.Path(Fifo), $"word {++_words}\n");
            return await holds();
        },
        what);

    /// <summary>Whole lines of the file that match, each once.</summary>
    private int WrittenOf(Regex form)
    {
        string[] found = [.. File.ReadLines(Machine.Path(Output)).Where(line => form.IsMatch(line))];
        Assert.Equal(found.Distinct(), found);
        return found.Length;
    }

    private async Task<long> LostAsync()
    {
        const string series = "reuseportd_log_lines_dropped_total{reason=\"file\"} ";
        var metrics = await Machine.DoAsync("curl", "--silent", "--max-time", "20", "http://127.0.0.1:9180/metrics");
        var line = metrics.Split('\n').Single(text => text.StartsWith(series, StringComparison.Ordinal));
        return long.Parse(line.AsSpan(series.Length), CultureInfo.InvariantCulture);
    }

    private void AssertCounted(int lost) => Assert.Equal(
        lost,
        Journal.Entries.Where(entry => entry.Event == "file_lost")
            .Sum(entry => int.Parse(entry["REUSEPORT_COUNT"]!, CultureInfo.InvariantCulture)));

    /// <summary>A line of spew: a number with a filling of 100 bytes in all.</summary>
    [GeneratedRegex("^(?=.{100}$)[0-9]+ x+$")]
    private static partial Regex Line();

    [GeneratedRegex("^word [0-9]+$")]
    private static partial Regex Word();

    private Regex Last() => new($"^word {_words}$");
}
