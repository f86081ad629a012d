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
    [InlineData(0, HostState.Serving, "", "down #web: 0 of 4 workers ready\n")]
    [InlineData(0, HostState.Serving, "web", "down #web: 0 of 4 workers ready\n")]
    [InlineData(4, HostState.Serving, "wep", "down #no such service\n")]
    [InlineData(4, HostState.Leaving, "", "drain\n")]
    [InlineData(0, HostState.Leaving, "wep", "drain\n")]
    [InlineData(4, HostState.Draining, "web", "maint\n")]
    [InlineData(0, HostState.Drained, "", "maint\n")]
    [InlineData(4, HostState.Stopping, "", "maint\n")]
    public void Of_StateAndReadyWorkers_IsOneLine(int ready, object state, string service, string answer)
    {
        var spec = Specs.Service("web", workers: 4);
        WorkerSnapshot[] workers =
        [
            .. Enumerable.Range(0, 4).Select(index => new WorkerSnapshot(
                new WorkerName("web", index), index < ready ? WorkerState.Ready : WorkerState.Stopped, null, 1, 0, null, null,
                null, [])),
        ];
        var fleet = new FleetSnapshot(TimeSpan.Zero, default, [.. workers])
        {
            Services = [new ServiceSnapshot(spec, spec, ServiceOverrides.From(spec))],
            Host = new HostSnapshot((HostState)state, null),
        };
        Assert.Equal(answer, AgentAnswer.Of(fleet, service));
    }
}
