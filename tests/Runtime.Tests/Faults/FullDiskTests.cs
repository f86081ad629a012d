using System.Text.Json;
using Reuseportd.Observability.Destinations;
using Runtime.Tests.Harness;

namespace Runtime.Tests.Faults;

/// <summary>The disk with the daemon's own log is full.</summary>
public sealed class FullDiskTests
{
    [Fact]
    public void FullDisk_WorkersCrash_AreReplacedAndLossIsLogged()
    {
        using var disk = new Disk();
        using var fleet = new Supervised(log: new StreamDestination(disk));
        fleet.Converge(Given.Sleepers("web", 2));
        fleet.Log.Take("ready", 2);
        Deadline.Until(() => Events(disk, "ready").Length == 2, "the log is written");

        disk.IsFull = true;
        Supervised.Kill(fleet.Worker("web@0").Pid!.Value);
        fleet.Log.Take("exit", "web@0");
        fleet.Log.Take("ready", "web@0");
        Deadline.Until(() => disk.Refused > 0, "the log has met the full disk");
        Assert.Equal(2, fleet.Snapshot().Counts.Ready);
        Assert.Empty(Events(disk, "exit"));

        disk.IsFull = false;
        Supervised.Kill(fleet.Worker("web@1").Pid!.Value);
        Deadline.Until(() => Events(disk, "log_lost").Length > 0, "the loss is said");
        var lost = Events(disk, "log_lost")[0];
        Assert.Equal("28", lost.GetProperty("ERRNO").ToString());
        Assert.InRange(lost.GetProperty("REUSEPORT_LOST_UNWRITTEN").GetInt32(), 1, int.MaxValue);
        Deadline.Until(
            () => Events(disk, "ready").Any(ready => ready.GetProperty("REUSEPORT_WORKER").GetInt32() == 1), "the log goes on");
        Deadline.Until(() => fleet.Snapshot().Counts.Ready == 2, "the other is replaced too");
    }

    private static JsonElement[] Events(Disk disk, string kind) =>
    [
        .. disk.Lines().Select(line => JsonDocument.Parse(line).RootElement)
            .Where(record => record.TryGetProperty("REUSEPORT_EVENT", out var name) && name.GetString() == kind),
    ];
}
