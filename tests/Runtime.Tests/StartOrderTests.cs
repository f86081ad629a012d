using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>The order of starts, and the number of starts at a time.</summary>
public sealed class StartOrderTests
{
    private static readonly ReadinessSpec InAMinute = new ReadinessSpec.Delay(TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2));

    [Fact]
    public void Start_DependsOnAnotherService_WaitsUntilThatServiceIsReady()
    {
        using var fleet = new Supervised();
        var web = Given.Sleepers("web", 2) with { DependsOn = ["db", "cache"] };
        var starting = fleet.BeginConverge(
            web, Given.Sleepers("db", 1) with { Readiness = InAMinute }, Given.Sleepers("cache", 1));
        fleet.Log.Take("spawn", "db@0");
        fleet.Log.Take("ready", "cache@0");
        fleet.Turn();
        Assert.Equal(
            (WorkerState.Starting, new StateReason.WaitsForServices(["db", "cache"]), null),
            (fleet.Worker("web@0").State, fleet.Worker("web@0").Reason, fleet.Worker("web@0").Pid));
        Assert.False(starting.IsCompleted);

        fleet.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal(4, Deadline.Await(starting, "all are ready").Counts.Ready);
        Assert.Empty(fleet.Log.All("start_order"));
    }

    [Fact]
    public void Start_DependencyFails_StartsAndLogsReason()
    {
        using var fleet = new Supervised();
        var db = Given.Shell("db", 1, "exit 3") with
        {
            Readiness = InAMinute, Restart = RestartPolicy.Default with { When = RestartWhen.No },
        };
        var result = fleet.Converge(Given.Sleepers("web", 1) with { DependsOn = ["db"] }, db);
        Assert.Equal((1, 1), (result.Counts.Ready, result.Counts.Failed));
        Assert.Equal("db", fleet.Log.Take("start_order").Field("dependency"));
    }

    [Fact]
    public void Start_CrashWhileTheDependencyRestarts_IsReplacedAtOnce()
    {
        using var fleet = new Supervised();
        var web = Given.Sleepers("web", 1) with { DependsOn = ["db"] };
        var db = Given.Sleepers("db", 1) with { Update = Given.StopFirst };
        fleet.Converge(web, db);
        _ = fleet.BeginConverge(web, (db with { Readiness = InAMinute }).With("sleep", "1000"));
        fleet.Log.Take("stop", "db@0");

        Supervised.Kill(fleet.Worker("web@0").Pid!.Value);
        fleet.Log.Take("ready", "web@0");
        fleet.Log.Take("ready", "web@0");
    }

    [Fact]
    public void Start_ManySlowWorkers_AreStartedAFewAtATime()
    {
        const int parallelism = 3;
        using var fleet = new Supervised(startParallelism: parallelism);
        var starting = fleet.BeginConverge(Given.Sleepers("web", 8) with { Readiness = InAMinute });
        for (var round = 1; round <= 3; round++)
        {
            fleet.Log.Take("spawn", Math.Min(parallelism, 8 - parallelism * (round - 1)));
            fleet.Turn();
            Assert.Equal(Math.Min(8, parallelism * round), fleet.Log.All("spawn").Length);
            fleet.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal(8, Deadline.Await(starting, "all are ready").Counts.Ready);
    }

    [Fact]
    public void Start_ServiceHangs_DelaysNoOtherService()
    {
        using var fleet = new Supervised(startParallelism: 2);
        _ = fleet.BeginConverge(Given.Sleepers("slow", 6) with { Readiness = InAMinute });
        fleet.Log.Take("spawn", 2);
        _ = fleet.BeginConverge(Given.Sleepers("slow", 6) with { Readiness = InAMinute }, Given.Sleepers("quick", 4));

        foreach (var worker in (string[])["quick@0", "quick@1", "quick@2", "quick@3"]) fleet.Log.Take("ready", worker);
        Assert.Equal(2, fleet.Snapshot().Workers.Count(worker => worker.Name.Service == "slow" && worker.Pid is not null));
    }
}
