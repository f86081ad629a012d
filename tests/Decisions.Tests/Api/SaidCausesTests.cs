using Reuseportd.Api.Documents;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Api;

public sealed class SaidCausesTests
{
    private static readonly WorkerSnapshot Web = new(new WorkerName("web", 0), "backoff", null, 1, 0, null, null, null, null, []);
    private static readonly WorkerSnapshot Other = Web with { Name = new WorkerName("web", 1) };

    [Fact]
    public void New_SameCauseAgain_IsEmpty()
    {
        var said = new SaidCauses();
        Assert.Equal(["held by nginx (process 7)"], Say(said, "held by nginx (process 7)"));
        Assert.Empty(Say(said, "held by nginx (process 8)"));
        Assert.Equal(["held by redis (process 8)"], Say(said, "held by redis (process 8)"));
        Assert.Empty(Say(said, "held by nginx (process 9)"));
    }

    /// <summary>A program that binds port 0 gets another port each time.</summary>
    [Fact]
    public void New_AnotherEphemeralPort_IsEmpty()
    {
        var said = new SaidCauses();
        Assert.Single(Say(said, "it bound 0.0.0.0:43121, as 'reuseport.ports' has 8080 and not 43121"));
        Assert.Empty(Say(said, "it bound 0.0.0.0:40007, as 'reuseport.ports' has 8080 and not 40007"));
    }

    [Fact]
    public void New_SameCauseOfTwoWorkers_HasBoth() =>
        Assert.Equal(
            [Web, Other], new SaidCauses().New(Fleet(Web, Other), [(Web, "taken"), (Other, "taken")]).Select(one => one.Worker));

    [Fact]
    public void New_CauseAfterTheWorkerServed_IsNewAgain()
    {
        var said = new SaidCauses();
        Say(said, "taken");
        Assert.Empty(said.New(Fleet(Web with { State = "ready" }), []));
        Assert.Equal(["taken"], Say(said, "taken"));
    }

    private static string[] Say(SaidCauses said, string reason) =>
        [.. said.New(Fleet(Web), [(Web, reason)]).Select(one => one.Reason)];

    private static FleetSnapshot Fleet(params WorkerSnapshot[] workers) => new(TimeSpan.Zero, default, [.. workers]);
}
