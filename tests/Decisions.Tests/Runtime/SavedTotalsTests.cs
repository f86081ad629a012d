using System.Text.Json;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Runtime.Handover;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Runtime;

/// <summary>The counters in the state that a daemon hands over.</summary>
public sealed class SavedTotalsTests
{
    private static readonly HistogramValue Times = new(Histogram.Times, [1, .. new long[14]], 0.5);

    private static readonly ServiceTotals Web = new(
        "web", Cut: 4, Stalls: 1, [(UpdateResult.Succeeded, 2), (UpdateResult.Failed, 0), (UpdateResult.RolledBack, 1)],
        [("EACCES", 0), ("EADDRINUSE", 6)], Times, Times, Times)
    {
        Restarts = [(0, 3), (7, 2)],
    };

    private static readonly FleetTotals Fleet = new([Web], new HistogramValue(Histogram.Delays, [1, .. new long[12]], 0.1));

    [Fact]
    public void Restore_Service_HasEachCounter()
    {
        var saved = Read(StateRecords.Write(SavedTotals.Save(Fleet)));
        Assert.Equal(Web, Assert.Single(saved.Services).Restore());
        Assert.True(saved.Services[0].IsSound);
    }

    [Fact]
    public void Restore_GivenConnections_AreThoseThatWereSaved()
    {
        var given = new Dictionary<WorkerName, GivenCounts> { [new("web", 0)] = new(25, 1), [new("web", 7)] = new(3, 0) };
        var saved = Read(StateRecords.Write(SavedTotals.Save(Fleet) with { Given = SavedGiven.Save(given) }));
        Assert.Equal(given, SavedGiven.Restore(saved.Given));
    }

    [Fact]
    public void Restore_StateOfAnEarlierVersion_HasNoneOfTheNewCounters()
    {
        var service = SavedTotals.Save(Fleet).Services[0] with { Restarts = null };
        Assert.Empty(service.Restore().Restarts);
        Assert.True(service.IsSound);
        Assert.Empty(SavedGiven.Restore(null));
    }

    [Fact]
    public void IsSound_RestartsBelowZero_IsFalse() =>
        Assert.False((SavedTotals.Save(Fleet).Services[0] with { Restarts = new() { [0] = -1 } }).IsSound);

    private static SavedTotals Read(byte[] text) => JsonSerializer.Deserialize(text, HandoverJson.Default.SavedTotals)!;
}
