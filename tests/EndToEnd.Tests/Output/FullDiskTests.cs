using System.Text.RegularExpressions;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Output;

/// <summary>
/// Files that refuse writes: one event at the beginning, and one at the end with the number of lost lines.
/// </summary>
public sealed partial class FullDiskTests : DaemonTest
{
    private const int Lines = 20_000;
    private const string NoSpace = "28";

    [Fact]
    public async Task FullDevice_Writes_AreReportedOnceAndCounted()
    {
        Configure($"exec {Checkout.Worker("spew")} {Lines} 100", "/dev/full");
        await Daemon.StartAsync();
        await Daemon.EventAsync("exit", "job@0");
        await Daemon.StopAsync();

        Assert.Equal(
            (NoSpace, "/dev/full"),
            (Assert.Single(Daemon.Events("file_failed"))["ERRNO"], Daemon.Events("file_failed")[0]["REUSEPORT_PATH"]));
        Assert.Equal($"{Lines}", Assert.Single(Daemon.Events("file_lost"))["REUSEPORT_COUNT"]);
    }

    [Fact]
    public async Task FullDisk_SpaceIsFreed_WritesAgain()
    {
        Root.Require();
        var (disk, words) = (Daemon.Folder["disk"], 0);
        Directory.CreateDirectory(disk);
        // The disk has room for the flood after the removal of the other file.
        Daemon.Wrapper =
        [
            "unshare", "--mount", "sh", "-c",
            $"mount -t tmpfs -o size=3m tmpfs {disk} && head -c 2600000 /dev/zero > {disk}/other && exec \"$@\"", "sh",
        ];
        await Command.RunAsync("mkfifo", [Daemon.Folder["words"]]);
        Configure($"{Checkout.Worker("spew")} {Lines} 100; exec cat <>{Daemon.Folder["words"]}", $"{disk}/out.log");
        await Daemon.StartAsync();
        var inside = $"/proc/{Daemon.Pid}/root{disk}";
        Assert.Equal(NoSpace, (await Daemon.EventAsync("file_failed"))["ERRNO"]);
        File.Delete($"{inside}/other");
        await Deadline.UntilAsync(
            async () =>
            {
                await File.AppendAllTextAsync(Daemon.Folder["words"], $"word {words++}\n");
                return (await File.ReadAllLinesAsync($"{inside}/out.log")).Contains($"word {words - 1}");
            },
            "the file takes lines");
        var lost = await Daemon.EventAsync("file_lost");
        var file = $"{inside}/out.log";
        await Deadline.UntilAsync(
            () => File.ReadLines(file).Count(line => Whole().IsMatch(line)) + lost.Number("REUSEPORT_COUNT") == Lines + words,
            "each line is either in the file or counted");

        Assert.Single(Daemon.Events("file_failed"));
        Assert.Equal(NoSpace, lost["ERRNO"]);
        Assert.Empty(Daemon.Events("exit"));
        // The line that the full disk cut stays a line of its own.
        Assert.InRange(File.ReadLines(file).Count(line => !Whole().IsMatch(line)), 0, 1);
    }

    /// <summary>A FIFO whose reader hangs: its worker continues, and so do the other workers.</summary>
    [Fact]
    public async Task Reader_Hangs_DoesNotDelayOthers()
    {
        var fifo = Daemon.Folder["fifo"];
        await Command.RunAsync("mkfifo", [fifo]);
        await using var reader = new FileStream(fifo, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
        Configure($"exec {Checkout.Worker("spew")} 200000 100", fifo);
        Configure($"exec {Checkout.Worker("spew")} {Lines} 100", Daemon.Folder["other.log"], "other");
        await Daemon.StartAsync();
        await Daemon.EventAsync("exit", "other@0");
        await Daemon.EventAsync("exit", "job@0");
        var failed = Assert.Single(Daemon.Events("file_failed"));
        Assert.Equal((fifo, null), (failed["REUSEPORT_PATH"], failed["ERRNO"]));
        await Daemon.StopAsync();

        Assert.Equal(Lines, File.ReadLines(Daemon.Folder["other.log"]).Count());
        Assert.True(Assert.Single(Daemon.Events("file_lost")).Number("REUSEPORT_COUNT") > 100_000);
    }

    /// <summary>A line of the worker: a number with a filling of 100 bytes in all, or a word.</summary>
    [GeneratedRegex("^(?=.{100}$)[0-9]+ x+$|^word [0-9]+$")]
    private static partial Regex Whole();

    private void Configure(string script, string path, string name = "job") => Daemon.Configure($$"""
        services:
          {{name}}:
            command: [sh, -c, "{{script}}"]
            readiness: { type: delay, delay: 0s }
            restart: no
            stdout: "file:{{path}}"
            reuseport: { ports: any }
        """, name);
}
