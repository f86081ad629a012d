using Reuseportd.Model;
using Reuseportd.Planning.RollingUpdates;

namespace Decisions.Tests.Planning;

/// <summary>Every phase answers every event: one row a pair, "nothing to do" included.</summary>
public sealed class RollingUpdateTests
{
    private static readonly UpdateFacts Facts =
        new(UpdateSpec.Default with { MaxSurge = 2 }, Wanted: 4, Ready: 4, IsChanging: false);

    public static TheoryData<string, string, string, string> Table => new()
    {
        // phase, event, next phase, actions
{ "new", "asked", "running", "log-begun, keep 4, await 4" },
        { "new", "moved", "new", "" },
        { "new", "failed", "new", "" },
        { "new", "turn", "new", "" },
        { "new", "pause", "new", "" },
        { "new", "resume", "new", "" },
        { "new", "joined", "new", "" },
        { "new", "left", "new", "" },
        { "new", "cancelled", "over", "" },

        { "running", "asked", "running", "await 4" },
        { "running", "moved", "running", "exchange 0" },
        { "running", "failed", "failing", "replacement-failed 0, dismiss 0" },
        { "running", "turn", "running", "start-replacement 1" },
        { "running", "pause", "paused", "log-paused, postponed 1, release 1, postponed 2, release 2" },
        { "running", "resume", "running", "" },
        { "running", "joined", "running", "" },
        { "running", "left", "running", "dismiss 0, release 0" },
        { "running", "cancelled", "over", "dismiss 0, release 0, release 1, release 2" },

        { "paused", "asked", "paused", "postponed 4, release 4" },
        { "paused", "moved", "paused", "exchange 0" },
        { "paused", "failed", "failing-paused", "replacement-failed 0, dismiss 0" },
        { "paused", "turn", "paused", "" },
        { "paused", "pause", "paused", "" },
        { "paused", "resume", "running", "await 1, await 2, log-resumed" },
        { "paused", "joined", "paused", "" },
        { "paused", "left", "paused", "dismiss 0, release 0" },
        { "paused", "cancelled", "over", "dismiss 0, release 0, release 1, release 2" },

        { "failing", "asked", "failing", "await 4" },
        { "failing", "moved", "failing", "exchange 0" },
        { "failing", "failed", "failing", "replacement-failed 0, dismiss 0" },
        {
            "failing", "turn", "rolling-back",
            "dismiss 0, update-stopped 1, release 1, update-stopped 2, release 2, "
            + "update-stopped 0, release 0, log-failed-rolls-back"
        },
        { "failing", "pause", "failing-paused", "log-paused, postponed 1, release 1, postponed 2, release 2" },
        { "failing", "resume", "failing", "" },
        { "failing", "joined", "failing", "" },
        { "failing", "left", "failing", "dismiss 0, release 0" },
        { "failing", "cancelled", "over", "dismiss 0, release 0, release 1, release 2" },

        { "failing-paused", "asked", "failing-paused", "postponed 4, release 4" },
        { "failing-paused", "moved", "failing-paused", "exchange 0" },
        { "failing-paused", "failed", "failing-paused", "replacement-failed 0, dismiss 0" },
        {
            "failing-paused", "turn", "stopped",
            "dismiss 0, update-stopped 1, release 1, update-stopped 2, release 2, "
            + "update-stopped 0, release 0, log-failed"
        },
        { "failing-paused", "pause", "failing-paused", "" },
        { "failing-paused", "resume", "running", "await 1, await 2, log-resumed" },
        { "failing-paused", "joined", "failing-paused", "" },
        { "failing-paused", "left", "failing-paused", "dismiss 0, release 0" },
        { "failing-paused", "cancelled", "over", "dismiss 0, release 0, release 1, release 2" },

        { "stopped", "asked", "stopped", "postponed 4, release 4" },
        { "stopped", "moved", "stopped", "exchange 0" },
        { "stopped", "failed", "stopped", "replacement-failed 0, dismiss 0, release 0" },
        { "stopped", "turn", "stopped", "" },
        { "stopped", "pause", "stopped", "" },
        { "stopped", "resume", "running", "await 1, await 2, log-resumed" },
        { "stopped", "joined", "stopped", "keep 5" },
        { "stopped", "left", "stopped", "dismiss 0, release 0" },
        { "stopped", "cancelled", "over", "dismiss 0, release 0, release 1, release 2" },

        { "rolling-back", "asked", "rolling-back", "" },
        { "rolling-back", "moved", "rolling-back", "" },
        { "rolling-back", "failed", "rolling-back", "" },
        { "rolling-back", "turn", "rolling-back", "" },
        { "rolling-back", "pause", "rolling-back", "" },
        { "rolling-back", "resume", "rolling-back", "" },
        { "rolling-back", "joined", "rolling-back", "" },
        { "rolling-back", "left", "rolling-back", "dismiss 0, release 0" },
        { "rolling-back", "cancelled", "over", "dismiss 0, release 0, release 1, release 2" },

        { "over", "asked", "over", "" },
        { "over", "moved", "over", "" },
        { "over", "failed", "over", "" },
        { "over", "turn", "over", "" },
        { "over", "pause", "over", "" },
        { "over", "resume", "over", "" },
        { "over", "joined", "over", "" },
        { "over", "left", "over", "" },
        { "over", "cancelled", "over", "" },
    };

    [Theory]
    [MemberData(nameof(Table))]
    public void Step_EveryPhaseAndEvent_HasResultOfTable(string phase, string happened, string next, string actions)
    {
        var (after, todo) = RollingUpdate.Step(UpdateTexts.Update(phase), Facts, UpdateTexts.Event(happened));

        Assert.Equal((next, actions), (UpdateTexts.Text(after.Phase), UpdateTexts.Text(todo)));
    }

    [Fact]
    public void Table_AllPairs_ArePresentOnce()
    {
        var pairs = Table.Select(row => (row.Data.Item1, row.Data.Item2)).ToList();
        Assert.Equal(UpdateTexts.Phases.Count * UpdateTexts.Events.Count, pairs.Distinct().Count());
        Assert.Equal(pairs.Count, pairs.Distinct().Count());
    }
}
