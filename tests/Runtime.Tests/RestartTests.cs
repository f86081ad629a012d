using Reuseportd.Diagnosis;
using Reuseportd.Model;
using Reuseportd.Slots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Restarts after a process has ended by itself.</summary>
public sealed class RestartTests
{
    [Fact]
    public void Crash_ReadyForAWhile_IsReplacedAtOnce()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Server("web", 2) with { Restart = RestartPolicy.Default });
        var first = fleet.Worker("web@0").Pid!.Value;
        fleet.Advance(TimeSpan.FromSeconds(2));
        Supervised.Kill(first);

        var exit = fleet.Log.Take("exit", "web@0");
        Assert.Equal((first, "9"), (exit.Pid, exit.Field("EXIT_STATUS")));
        fleet.Log.Take("ready", "web@0");
        Assert.NotEqual(first, fleet.Log.Take("ready", "web@0").Pid);
        Assert.Empty(fleet.Log.All("backoff"));
        var worker = fleet.Worker("web@0");
        Assert.Equal((2, 1, "killed by SIGKILL"), (worker.Generation, worker.Restarts, worker.LastExit.ToString()));
        Assert.Equal(1, fleet.Worker("web@1").Generation);
    }

    [Fact]
    public void Crash_JustReady_WaitsFirst()
    {
        using var fleet = new Supervised();
        fleet.Converge(
            Given.Sleepers("web", 1) with
            {
                Restart = RestartPolicy.Default with { Delay = TimeSpan.FromMinutes(1), MaxDelay = TimeSpan.FromMinutes(1) },
            });
        Supervised.Kill(fleet.Worker("web@0").Pid!.Value);
        fleet.Log.Take("backoff", "web@0");
        var waiting = fleet.Worker("web@0");
        Assert.Equal((WorkerState.Backoff, null), (waiting.State, waiting.Pid));
        Assert.True(waiting.NextTry > fleet.Snapshot().Now);

        var first = fleet.Log.Take("ready", "web@0");
        fleet.Advance(TimeSpan.FromMinutes(2));
        Assert.NotEqual(first.Pid, fleet.Log.Take("ready", "web@0").Pid);
        Assert.Equal(2, fleet.Worker("web@0").Generation);
    }

    [Fact]
    public void Start_FailsRepeatedly_WorkerFails()
    {
        using var fleet = new Supervised();
        var restart = Given.AtOnce with { MaxAttempts = 2 };
        var result = fleet.Converge(
            Given.Service("web", 1, Checkout.Worker("dies"), "exit", "3") with { Readiness = Never, Restart = restart });

        Assert.Equal(0, result.Counts.Unsettled);
        fleet.Log.Take("failed", "web@0");
        Assert.Equal((3, 2, 3), (fleet.Log.All("spawn").Length, fleet.Log.All("backoff").Length, fleet.Log.All("exit").Length));
        var worker = fleet.Worker("web@0");
        Assert.Equal((WorkerState.Failed, "exit code 3"), (worker.State, worker.LastExit.ToString()));
        var failure = Assert.IsType<SlotFailure.GaveUp>(worker.Failure);
        Assert.Equal((2, new SlotFailure.Ended(ExitStatus.Exited(3))), (failure.Restarts, failure.Last));
    }

    [Fact]
    public void Start_FailedWorkerAndChangedService_IsTriedAgain()
    {
        using var fleet = new Supervised();
        var service = Given.Service("web", 1, Checkout.Worker("dies"), "exit", "3") with
        {
            Readiness = Never, Restart = RestartPolicy.Default with { When = RestartWhen.No },
        };
        fleet.Converge(service);
        fleet.Log.Take("failed", "web@0");

        Assert.Equal(1, fleet.Converge(Given.Sleepers("web", 1)).Counts.Ready);
    }

    [Theory]
    [InlineData("0", "stopped")]
    [InlineData("3", "backoff")]
    public void Exit_RestartOnFailure_IsRestartedAfterAFailureOnly(string code, string state)
    {
        using var fleet = new Supervised();
        var restart = RestartPolicy.Default with
        {
            When = RestartWhen.OnFailure, Delay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1),
        };
        fleet.Converge(
            Given.Service("job", 1, Checkout.Worker("dies"), "exit", code) with { Readiness = Never, Restart = restart });

        fleet.Log.Take("exit", "job@0");
        Assert.Equal(state, StateWords.Of(fleet.Worker("job@0").State));
    }

    [Fact]
    public void Crash_TwoHundredAtOnce_AllAreRestarted()
    {
        const int workers = 200;
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", workers));
        var before = fleet.Snapshot().Workers.Select(worker => worker.Pid!.Value).ToArray();
        fleet.Advance(TimeSpan.FromSeconds(2));
        foreach (var pid in before) Supervised.Kill(pid);

        fleet.Log.Take("ready", 2 * workers);
        var after = fleet.Snapshot();
        Assert.Equal((workers, 0), (after.Counts.Ready, after.Counts.Unsettled));
        Assert.All(after.Workers, worker => Assert.Equal((2, 1), (worker.Generation, worker.Restarts)));
        Assert.Equal(after.Workers.Select(worker => worker.Pid!.Value).Order(), OwnProcess.Children().Order());
        Assert.Equal(workers, fleet.Log.All("exit").Length);
    }

    [Fact]
    public void Crash_OneWorkerRepeatedly_NoExitIsLost()
    {
        const int times = 50;
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1));
        for (var time = 0; time < times; time++)
        {
            Supervised.Kill(fleet.Log.Take("ready", "web@0").Pid);
            fleet.Log.Take("exit", "web@0");
        }

        fleet.Log.Take("ready", "web@0");
        Assert.Equal((times + 1, times), (fleet.Worker("web@0").Generation, fleet.Worker("web@0").Restarts));
    }

    private static ReadinessSpec Never { get; } = new ReadinessSpec.Delay(TimeSpan.FromHours(1), ReadinessSpec.DefaultTimeout);
}
