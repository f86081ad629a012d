using Reuseportd.Diagnosis;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Diagnosis;

public sealed class ReportedCausesTests
{
    private static readonly WorkerSnapshot Web =
        new(new WorkerName("web", 0), WorkerState.Backoff, null, 1, 0, null, null, null, []);
    private static readonly WorkerSnapshot Other = Web with { Name = new WorkerName("web", 1) };

    [Fact]
    public void TakeNew_SameCauseAgain_IsEmpty()
    {
        var said = new ReportedCauses();
        Assert.Equal(["held by nginx (process 7)"], Say(said, "held by nginx (process 7)"));
        Assert.Empty(Say(said, "held by nginx (process 8)"));
        Assert.Equal(["held by redis (process 8)"], Say(said, "held by redis (process 8)"));
        Assert.Empty(Say(said, "held by nginx (process 9)"));
    }

    /// <summary>A program that binds port 0 gets another port each time.</summary>
    [Fact]
    public void TakeNew_AnotherEphemeralPort_IsEmpty()
    {
        var said = new ReportedCauses();
        Assert.Single(Say(said, "it bound 0.0.0.0:43121, as 'reuseport.ports' has 8080 and not 43121"));
        Assert.Empty(Say(said, "it bound 0.0.0.0:40007, as 'reuseport.ports' has 8080 and not 40007"));
    }

    [Fact]
    public void TakeNew_SameCauseOfTwoWorkers_HasBoth() =>
        Assert.Equal(
            [Web, Other],
            new ReportedCauses().TakeNew(Fleet(Web, Other), [(Web, "taken"), (Other, "taken")]).Select(one => one.Worker));

    [Fact]
    public void TakeNew_CauseAfterTheWorkerServed_IsNewAgain()
    {
        var said = new ReportedCauses();
        Say(said, "taken");
        Assert.Empty(said.TakeNew(Fleet(Web with { State = WorkerState.Ready }), []));
        Assert.Equal(["taken"], Say(said, "taken"));
    }

    private static string[] Say(ReportedCauses said, string reason) =>
        [.. said.TakeNew(Fleet(Web), [(Web, reason)]).Select(one => one.Reason)];

    private static FleetSnapshot Fleet(params WorkerSnapshot[] workers) => new(TimeSpan.Zero, default, [.. workers]);
}
