using Reuseportd.Diagnosis;
using Reuseportd.Model;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Snapshots;

namespace Decisions.Tests.Diagnosis;

public sealed class HostReadinessTests
{
    /// <param name="services">Each as NAME:ready/workers, with the workers of its file.</param>
    [Theory]
    [InlineData("", 0, 0, 100)]
    [InlineData("web:4/4", 4, 4, 100)]
    [InlineData("web:3/4", 3, 4, 75)]
    [InlineData("web:1/3", 1, 3, 33)]
    [InlineData("web:1/1000", 1, 1000, 1)]
    [InlineData("web:4/4 api:1/2", 5, 6, 50)]
    public void Of_EachServiceHasAReadyWorker_IsReadyWithTheLowestShare(string services, int ready, int wanted, int percent)
    {
        var readiness = HostReadiness.Of(Fleet(services));
        Assert.Equal(new Readiness(ready, wanted, percent, Reason: null), readiness);
        Assert.True(readiness.IsReady);
    }

    [Theory]
    [InlineData("web:0/4", "web: 0 of 4 workers ready")]
    [InlineData("api:1/1 web:0/1", "web: 0 of 1 workers ready")]
    [InlineData("a:0/1 b:0/2", "a: 0 of 1 workers ready; b: 0 of 2 workers ready")]
    [InlineData(
        "a:0/1 b:0/1 c:0/1 d:0/1 e:0/1",
        "a: 0 of 1 workers ready; b: 0 of 1 workers ready; c: 0 of 1 workers ready and 2 more services")]
    public void Of_AServiceWithoutAReadyWorker_IsNotReady(string services, string reason)
    {
        var readiness = HostReadiness.Of(Fleet(services));
        Assert.Equal((0, reason, false), (readiness.Percent, readiness.Reason, readiness.IsReady));
    }

    [Theory]
    [InlineData(HostState.Serving, null)]
    [InlineData(HostState.Leaving, "the host leaves its load balancers")]
    [InlineData(HostState.Draining, "the host drains")]
    [InlineData(HostState.Drained, "the host is drained")]
    [InlineData(HostState.Stopping, "the daemon is stopping")]
    public void Of_HostState_DecidesForHostAndService(object state, string? reason)
    {
        var fleet = Fleet("web:4/4") with { Host = new HostSnapshot((HostState)state, null) };
        Assert.Equal(new Readiness(4, 4, 100, reason), HostReadiness.Of(fleet));
        Assert.Equal(HostReadiness.Of(fleet), HostReadiness.Of(fleet, "web"));
    }

    [Fact]
    public void Of_ServiceThatIsNotToRun_DoesNotCountForTheHost()
    {
        var fleet = Fleet("api:1/1 web:0/2");
        ServiceSnapshot[] services = [fleet.Services[0], fleet.Services[1] with { Overrides = new(Runs: false, [], null) }];
        fleet = fleet with { Services = [.. services] };
        Assert.Equal(new Readiness(1, 1, 100, Reason: null), HostReadiness.Of(fleet));
        Assert.Equal(new Readiness(0, 0, 0, "web: no worker is to run"), HostReadiness.Of(fleet, "web"));
    }

    [Theory]
    [InlineData("web:1/2", 1, 1, null)]
    [InlineData("web:0/2", 0, 1, "web: 0 of 1 workers ready")]
    [InlineData("web:0/1", 0, 0, "web: no worker is to run")]
    public void Of_LastWorkerIsDone_CountsTheOthers(string services, int ready, int wanted, string? reason)
    {
        var fleet = Fleet(services);
        var workers = fleet.Workers.ToArray();
        workers[^1] = workers[^1] with { State = WorkerState.Stopped, LastExit = ExitStatus.Exited(0) };
        fleet = fleet with { Workers = [.. workers] };
        Assert.Equal(new Readiness(ready, wanted, ready * 100, reason), HostReadiness.Of(fleet, "web"));
        Assert.Equal(wanted == 0 || reason is null, HostReadiness.Of(fleet).IsReady);
    }

    /// <summary>A worker that a command has stopped also ended with code 0.</summary>
    [Fact]
    public void Of_WorkerIsStoppedByACommand_CountsOnce()
    {
        var fleet = Fleet("web:1/2");
        var stopped = fleet.Workers[1] with { State = WorkerState.Stopped, LastExit = ExitStatus.Exited(0) };
        fleet = fleet with
        {
            Workers = [fleet.Workers[0], stopped],
            Services = [fleet.Services[0] with { Overrides = new(Runs: true, [1], null) }],
        };
        Assert.Equal(new Readiness(1, 1, 100, Reason: null), HostReadiness.Of(fleet));
    }

    /// <summary>A command has stopped one worker, which is still ready.</summary>
    [Fact]
    public void Of_MoreReadyThanWanted_CountsTheWanted()
    {
        var fleet = Fleet("web:2/2");
        fleet = fleet with { Services = [fleet.Services[0] with { Overrides = new(Runs: true, [1], null) }] };
        Assert.Equal(new Readiness(1, 1, 100, Reason: null), HostReadiness.Of(fleet));
    }

    [Fact]
    public void Of_OneService_IgnoresTheOthers()
    {
        var fleet = Fleet("api:0/1 web:1/2");
        Assert.Equal(new Readiness(1, 2, 50, Reason: null), HostReadiness.Of(fleet, "web"));
        Assert.Equal(new Readiness(0, 1, 0, "api: 0 of 1 workers ready"), HostReadiness.Of(fleet, "api"));
        Assert.Null(HostReadiness.Of(fleet, "db"));
    }

    private static FleetSnapshot Fleet(string services)
    {
        List<WorkerSnapshot> workers = [];
        List<ServiceSnapshot> found = [];
        foreach (var text in services.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = text.Split(':', '/');
            var (name, ready, count) = (parts[0], int.Parse(parts[1]), int.Parse(parts[2]));
            var spec = Specs.Service(name, workers: count);
            found.Add(new ServiceSnapshot(spec, spec, ServiceOverrides.From(spec)));
            for (var index = 0; index < count; index++)
                workers.Add(Worker(name, index, index < ready ? WorkerState.Ready : WorkerState.Backoff));
        }

        return new FleetSnapshot(TimeSpan.Zero, default, [.. workers]) { Services = [.. found] };
    }

    private static WorkerSnapshot Worker(string service, int index, WorkerState state) =>
        new(new WorkerName(service, index), state, Pid: null, 1, 0, Started: null, LastExit: null, NextTry: null, []);
}
