using System.Globalization;
using Reuseportd.Model;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>The stop of workers, with their process trees.</summary>
public sealed class StopTests
{
    [Fact]
    public void Stop_ProgramHandlesTheSignal_IsNotKilled()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 3));
        fleet.StopAll();

        Assert.All(fleet.Log.Take("exit", 3), exit => Assert.Equal("15", exit.Field("EXIT_STATUS")));
        Assert.Empty(fleet.Log.All("kill"));
        Assert.Empty(OwnProcess.Children());
    }

    [Fact]
    public void Stop_ProgramIgnoresTheSignal_IsKilledAfterItsGracePeriod()
    {
        using var fleet = new Supervised();
        fleet.Converge(
            Given.Service("web", 1, Checkout.Worker("ignore-term")) with
            {
                Stop = new StopSpec(Signal.Term, TimeSpan.FromSeconds(60)),
            });
        fleet.Lines.Take("web@0", "ignoring");
        fleet.BeginStopAll();
        fleet.Log.Take("stop", "web@0");
        fleet.Advance(TimeSpan.FromSeconds(59));
        Assert.Empty(fleet.Log.All("kill"));

        fleet.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal("SIGTERM", fleet.Log.Take("kill", "web@0").Field("REUSEPORT_SIGNAL"));
        Assert.Equal("9", fleet.Log.Take("exit", "web@0").Field("EXIT_STATUS"));
        Deadline.Await(fleet.Ended, "the end of the loop");
    }

    [Fact]
    public void Stop_OtherStopSignal_IsSent()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1) with { Stop = new StopSpec(new Signal(3), TimeSpan.FromSeconds(10)) });
        fleet.StopAll();

        Assert.Equal("3", fleet.Log.Take("exit", "web@0").Field("EXIT_STATUS"));
    }

    [Fact]
    public void Stop_ProgramDaemonizedAGrandchild_GrandchildEnds()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Service("web", 1, Checkout.Worker("double-fork")));
        var grandchild = Grandchild(fleet);
        Assert.Equal(Environment.ProcessId, OwnProcess.Stat(grandchild)?.Parent);

        fleet.Converge();
        Assert.Equal(1, fleet.Log.Take("kill", "web@0").Number("REUSEPORT_COUNT"));
        Deadline.Until(() => !OwnProcess.Exists(grandchild), "the grandchild is gone and reaped");
    }

    [Fact]
    public void Stop_WholeTreeIgnoresTheSignal_AllOfItIsKilled()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Shell("web", 1, "trap '' TERM; sleep 1000 & echo child $!; while :; do wait; done"));
        var child = int.Parse(fleet.Lines.Take("web@0", "child ")[1], CultureInfo.InvariantCulture);
        var removed = fleet.BeginConverge();
        fleet.Log.Take("stop", "web@0");
        fleet.Advance(StopSpec.Default.GracePeriod);

        fleet.Log.Take("kill", "web@0");
        Deadline.Await(removed, "its end");
        Deadline.Until(() => !OwnProcess.Exists(child), "the child is gone and reaped");
    }

    [Fact]
    public void StopAll_WhileWorkersStart_EndsStartedWorkersAndLoop()
    {
        using var fleet = new Supervised();
        var starting = fleet.BeginConverge(Given.Sleepers("web", 100));
        fleet.Log.Take("spawn", "web@0");
        fleet.StopAll();

        Assert.True(starting.IsCompleted);
        Assert.Equal(fleet.Log.All("spawn").Length, fleet.Log.All("exit").Length);
        Assert.Empty(OwnProcess.Children());
    }

    [Fact]
    public void StopAll_NoWorkerRuns_EndsTheLoop()
    {
        using var fleet = new Supervised();
        fleet.StopAll();
    }

    [Fact]
    public void StopAll_WorkersInBackoffAndFailed_EndsTheLoop()
    {
        using var fleet = new Supervised();
        fleet.Converge(
            Given.Service("lost", 2, "/nonexistent/program") with
            {
                Restart = RestartPolicy.Default with { When = RestartWhen.No },
            },
            Given.Service("late", 2, "/nonexistent/program") with
            {
                Restart = RestartPolicy.Default with { Delay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) },
            });
        Assert.Equal((2, 2), (fleet.Snapshot().Counts.Failed, fleet.Snapshot().Counts.Backoff));
        fleet.StopAll();
    }

    [Fact]
    public void StopAll_ChangeInProgress_IsCanceledAndAnswered()
    {
        using var fleet = new Supervised();
        var starting = fleet.BeginConverge(Given.Listening(Given.Sleepers("web", 1), 8080));
        fleet.Log.Take("loaded", "web@0");
        fleet.StopAll();
        var late = fleet.BeginConverge(Given.Sleepers("web", 1));

        Deadline.Until(() => starting.IsCompleted && late.IsCompleted, "both have an answer");
        Assert.True(starting.IsCanceled);
        Assert.True(late.IsCanceled);
    }

    internal static int Grandchild(Supervised fleet) =>
        int.Parse(fleet.Lines.Take("web@0", "grandchild ")[1], CultureInfo.InvariantCulture);
}
