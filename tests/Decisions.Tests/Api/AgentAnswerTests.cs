using Reuseportd.Api.Agent;
using Reuseportd.Model;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Api;

public sealed class AgentAnswerTests
{
    [Theory]
    [InlineData(4, HostState.Serving, "", "up ready 100%\n")]
    [InlineData(3, HostState.Serving, "web", "up ready 75%\n")]
    [InlineData(0, HostState.Serving, "", "down ready #web: 0 of 4 workers ready\n")]
    [InlineData(0, HostState.Serving, "web", "down ready #web: 0 of 4 workers ready\n")]
    [InlineData(4, HostState.Serving, "wep", "down ready #no such service\n")]
    [InlineData(4, HostState.Leaving, "", "drain\n")]
    [InlineData(0, HostState.Leaving, "wep", "drain\n")]
    [InlineData(4, HostState.Draining, "web", "maint\n")]
    [InlineData(0, HostState.Drained, "", "maint\n")]
    [InlineData(4, HostState.Stopping, "", "maint\n")]
    public void For_StateAndReadyWorkers_IsOneLine(int ready, object state, string service, string answer)
    {
        var fleet = Fleet(ready) with { Host = new HostSnapshot((HostState)state, null) };
        Assert.Equal(answer, AgentAnswer.For(fleet, service));
    }

    /// <summary>Later, "ready" would cancel the "maint" of HAProxy's operator.</summary>
    [Theory]
    [InlineData(59, 0, 3, "up ready 75%\n")]
    [InlineData(60, 0, 3, "up 75%\n")]
    [InlineData(60, 0, 0, "down #web: 0 of 4 workers ready\n")]
    [InlineData(1059, 1000, 3, "up ready 75%\n")]
    [InlineData(1059, 1000, 0, "down ready #web: 0 of 4 workers ready\n")]
    [InlineData(1060, 1000, 3, "up 75%\n")]
    public void For_TimeSinceStartOrUndrain_HasReadyForAMinute(int now, int since, int ready, string answer)
    {
        var fleet = Fleet(ready) with
        {
            Now = TimeSpan.FromSeconds(now), Host = HostSnapshot.Serving with { Since = TimeSpan.FromSeconds(since) },
        };
        Assert.Equal(answer, AgentAnswer.For(fleet, "web"));
    }

    private static FleetSnapshot Fleet(int ready)
    {
        var spec = Specs.Service("web", workers: 4);
        WorkerSnapshot[] workers =
        [
            .. Enumerable.Range(0, 4).Select(index => new WorkerSnapshot(
                new WorkerName("web", index), index < ready ? WorkerState.Ready : WorkerState.Stopped, null, 1, 0, null, null,
                null, [])),
        ];
        return new FleetSnapshot(TimeSpan.Zero, default, [.. workers])
        {
            Services = [new ServiceSnapshot(spec, spec, ServiceOverrides.From(spec))],
        };
    }
}
