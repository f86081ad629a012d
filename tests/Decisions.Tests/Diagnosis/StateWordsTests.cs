using Reuseportd.Diagnosis;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Diagnosis;

public sealed class StateWordsTests
{
    [Fact]
    public void Of_AllReady_CountsReadyWorkersOnly() =>
        Assert.Equal("4 of 4 workers ready", StateWords.Of(new FleetCounts(4, 4, 0, 0, 0, 0, 0)));

    [Fact]
    public void Of_OtherStates_CountsEach() => Assert.Equal(
        "1 of 10 workers ready; 2 starting, 3 stopping, 1 in backoff, 3 failed",
        StateWords.Of(new FleetCounts(10, 1, 2, 3, 1, 3, 5)));

    [Fact]
    public void Of_NoWorkers_CountsNone() => Assert.Equal("0 of 0 workers ready", StateWords.Of(default(FleetCounts)));

    /// <summary>The words are part of the API.</summary>
    [Fact]
    public void Of_EachState_IsTheWordOfTheApi() => Assert.Equal(
        ["stopped", "starting", "ready", "draining", "stopping", "waiting", "backoff", "failed"],
        Enum.GetValues<WorkerState>().Select(StateWords.Of));
}
