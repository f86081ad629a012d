using Reuseportd.Linux.Processes;
using Reuseportd.Model;
using Runtime.Tests.Harness;

namespace Runtime.Tests.Faults;

/// <summary>Workers that SIGSTOP has suspended: only SIGKILL and SIGCONT have an effect on them.</summary>
public sealed class SuspendedTests
{
    private static readonly Signal Suspend = new(19);

    [Fact]
    public void Suspended_WhileReady_IsNotAnExit()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Server("web", 2));
        var pid = SuspendWorker(fleet, "web@0");
        fleet.Turn();

        Assert.Equal(
            (WorkerState.Ready, pid, 1),
            (fleet.Worker("web@0").State, fleet.Worker("web@0").Pid, fleet.Worker("web@0").Generation));
        Assert.Empty(fleet.Log.All("exit"));
    }

    /// <summary>The daemon continues the worker, which handles the signal and ends before its grace period.</summary>
    [Fact]
    public void Stop_SuspendedWorker_HandlesTheSignal()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1) with { Stop = new StopSpec(Signal.Term, TimeSpan.FromHours(1)) });
        SuspendWorker(fleet, "web@0");
        fleet.Converge();

        fleet.Log.Take("stop", "web@0");
        Assert.Equal("15", fleet.Log.Take("exit", "web@0").Field("EXIT_STATUS"));
        Assert.Empty(fleet.Log.All("kill"));
        Assert.Empty(OwnProcess.Children());
    }

    [Fact]
    public void Stop_SuspendedAgainAndIgnoresTheSignal_IsKilledAfterItsGracePeriod()
    {
        using var fleet = new Supervised();
        var grace = TimeSpan.FromMinutes(1);
        fleet.Converge(Given.Service("web", 1, Checkout.Worker("ignore-term")) with { Stop = new StopSpec(Signal.Term, grace) });
        fleet.Lines.Take("web@0", "ignoring");
        var removed = fleet.BeginConverge();
        fleet.Log.Take("stop", "web@0");
        fleet.Turn();
        SuspendWorker(fleet, "web@0");
        fleet.Advance(grace);

        fleet.Log.Take("kill", "web@0");
        Assert.Equal("9", fleet.Log.Take("exit", "web@0").Field("EXIT_STATUS"));
        Deadline.Await(removed, "its end");
        Assert.Empty(OwnProcess.Children());
    }

    [Fact]
    public void Crash_SuspendedGrandchild_IsKilled()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Service("web", 1, Checkout.Worker("double-fork")));
        var grandchild = StopTests.Grandchild(fleet);
        Send(grandchild);
        Supervised.Kill(fleet.Worker("web@0").Pid!.Value);

        Assert.Equal(1, fleet.Log.Take("kill", "web@0").Number("REUSEPORT_COUNT"));
        Deadline.Until(() => !OwnProcess.Exists(grandchild), "the grandchild is gone and reaped");
    }

    private static int SuspendWorker(Supervised fleet, string name)
    {
        var pid = fleet.Worker(name).Pid!.Value;
        Send(pid);
        return pid;
    }

    private static void Send(int pid)
    {
        using var process = Pidfd.Open(pid, out _);
        Assert.Equal(Errno.None, process!.SendSignal(Suspend));
        Deadline.Until(() => OwnProcess.Stat(pid)?.State == 'T', "it is suspended");
    }
}
