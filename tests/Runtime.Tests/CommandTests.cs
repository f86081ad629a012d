using Reuseportd.Diagnosis;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Messages;
using Reuseportd.Slots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Commands on workers, and their results.</summary>
public sealed class CommandTests
{
    [Fact]
    public void Stop_OneWorker_StaysStoppedAfterAnApplyWithoutChanges()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 3);
        fleet.Converge(service);
        var stopped = fleet.Ask(new FleetCommand.Stop(), "web@1");

        Assert.Equal([("web@1", "stopped", true)], Ends(stopped));
        fleet.Converge(service);
        Assert.Equal("ready stopped ready", States(fleet));
        var started = fleet.Ask(new FleetCommand.Start(), "web");
        Assert.Equal([("web@0", "ready", true), ("web@1", "ready", true), ("web@2", "ready", true)], Ends(started));
        Assert.Equal([1, 2, 1], fleet.Snapshot().Workers.Select(worker => worker.Generation));
    }

    [Fact]
    public void Stop_ServiceChangesLater_RunsAgain()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 2);
        fleet.Converge(service);
        fleet.Ask(new FleetCommand.Stop(), "web");
        fleet.Converge(service with { Stop = new StopSpec(Signal.Kill, TimeSpan.FromSeconds(1)) });

        Assert.Equal("ready ready", States(fleet));
    }

    [Fact]
    public void Restart_SomeWorkersOfTwoServices_OnlyTheseAreNew()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("api", 2), Given.Sleepers("web", 2));
        var result = fleet.Ask(new FleetCommand.Restart(), "*@1");

        Assert.Equal([("api@1", "ready", true), ("web@1", "ready", true)], Ends(result));
        Assert.Equal([1, 2, 1, 2], fleet.Snapshot().Workers.Select(worker => worker.Generation));
        Assert.All(result.Workers, end => Assert.Equal(end.Pid, fleet.Worker(end.Name.ToString()).Pid));
    }

    [Fact]
    public void Scale_UpAndDown_RemainingWorkersAreNotTouched()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 2);
        fleet.Converge(service);
        var stays = fleet.Snapshot().Workers.Select(worker => worker.Pid).ToArray();

        var up = fleet.Ask(new FleetCommand.Scale(4), "web");
        Assert.Equal(
            [("web@0", "ready", true), ("web@1", "ready", true), ("web@2", "ready", true), ("web@3", "ready", true)], Ends(up));
        Assert.Equal(0, fleet.Converge(service).Changed);
        Assert.Equal(4, fleet.Counts.Workers);
        var down = fleet.Ask(new FleetCommand.Scale(1), "web");
        Assert.Equal(
            [("web@0", "ready", true), ("web@1", "removed", true), ("web@2", "removed", true), ("web@3", "removed", true)],
            Ends(down));
        Assert.Equal(stays[..1], fleet.Snapshot().Workers.Select(worker => worker.Pid));
        fleet.Converge(service with { Workers = 3 });
        Assert.Equal("ready ready ready", States(fleet));
        Assert.Equal(stays[0], fleet.Worker("web@0").Pid);
    }

    [Fact]
    public void Scale_ServingWorkerLeaves_OtherStartsAtOnce()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        // The first worker ends at once until the file exists. Then the worker needs the lock, which the second worker has.
        var script = $"test {{worker}} = 1 || test -e {folder["go"]} || exit 1; exec flock -F -n {folder["lock"]} sleep 1000";
        fleet.Converge(Given.Service("one", 2, "/bin/sh", "-c", script) with
        {
            Restart = Given.AtOnce with { Delay = TimeSpan.FromHours(1), MaxDelay = TimeSpan.FromHours(1) },
        });
        Deadline.Until(() => States(fleet) == "backoff ready", "the first worker has ended");
        File.WriteAllText(folder["go"], "");

        fleet.Ask(new FleetCommand.Scale(1), "one");

        Deadline.Until(() => States(fleet) == "ready", "the first worker runs");
        Assert.Equal(2, fleet.Worker("one@0").Generation);
    }

    [Fact]
    public void Scale_WorkerRemovedAndAdded_GenerationContinues()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 2));
        fleet.Ask(new FleetCommand.Restart(), "web@1");
        foreach (var expected in (int[])[3, 4])
        {
            fleet.Ask(new FleetCommand.Scale(1), "web");
            fleet.Ask(new FleetCommand.Scale(2), "web");
            Assert.Equal([1, expected], fleet.Snapshot().Workers.Select(worker => worker.Generation));
        }
    }

    [Fact]
    public void Command_UnknownName_ChangesNothing()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1));
        var result = fleet.Ask(new FleetCommand.Stop(), "web", "webb", "*@7");

        Assert.Equal(["webb", "*@7"], result.Unknown);
        Assert.Empty(result.Workers);
        Assert.Equal("ready", States(fleet));
    }

    [Fact]
    public void Start_WorkerFails_AnswersAtOnceWithReason()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Shell("bad", 1, "exit 3") with
        {
            Autostart = false, Readiness = new ReadinessSpec.Delay(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)),
        });
        var result = fleet.Ask(new FleetCommand.Start(), "bad");

        var end = Assert.Single(result.Workers);
        Assert.False(end.Ok);
        Assert.Equal(new SlotFailure.Ended(ExitStatus.Exited(3)), end.Facts!.Failure);
    }

    [Fact]
    public void Start_UnsettledAtTimeout_HasObstacle()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("slow", 1) with
        {
            Autostart = false, Readiness = new ReadinessSpec.Delay(TimeSpan.FromHours(1), TimeSpan.FromHours(2)),
        });
        var answer = fleet.BeginAsk(new FleetCommand.Start(), "slow");
        fleet.Log.Take("spawn");
        fleet.Mailbox.Post(new FleetMessage.AnswerNow(answer));
        var result = Deadline.Await(answer, "an answer when the time is over");

        Assert.True(result.TimedOut);
        Assert.Equal([("slow@0", "starting", false)], Ends(result));
        fleet.Advance(TimeSpan.FromHours(1));
        Assert.Equal("slow@0", fleet.Log.Take("ready").Worker);
    }

    /// <summary>Of two clients at once, the later command decides. The first client gets the result of its own command.</summary>
    [Fact]
    public void Command_TwoOnOneService_HaveTheirOwnResults()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 2));
        Task<CommandResult> restarted = null!, stopped = null!;
        fleet.AtOnce(() =>
        {
            restarted = fleet.BeginAsk(new FleetCommand.Restart(), "web");
            stopped = fleet.BeginAsk(new FleetCommand.Stop(), "web@0");
        });

        Assert.Equal([("web@0", "stopped", false), ("web@1", "ready", true)], Ends(Deadline.Await(restarted, "the restart")));
        Assert.Equal([("web@0", "stopped", true)], Ends(Deadline.Await(stopped, "the stop")));
    }

    [Fact]
    public void Signal_RunningAndStoppedWorker_ReachesTheRunningWorkerOnly()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Shell("web", 2, "trap 'echo got it' USR1; echo set; while :; do sleep 0.05; done"));
        fleet.Lines.Take("web@0", "set");
        fleet.Ask(new FleetCommand.Stop(), "web@1");
        var result = fleet.Ask(new FleetCommand.Send(Signal.TryParse("USR1")!.Value), "web");

        Assert.Equal([("web@0", "ready", true), ("web@1", "stopped", false)], Ends(result));
        fleet.Lines.Take("web@0", "got it");
        Assert.Equal("SIGUSR1", fleet.Log.Take("signal", "web@0").Field("REUSEPORT_SIGNAL"));
    }

    [Fact]
    public void Reload_Service_SendsItsReloadSignal()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Shell("web", 1, "trap 'echo reloaded' USR2; echo set; while :; do sleep 0.05; done") with
        {
            ReloadSignal = Signal.TryParse("USR2")!.Value,
        });
        fleet.Lines.Take("web@0", "set");
        Assert.Equal([("web@0", "ready", true)], Ends(fleet.Ask(new FleetCommand.Reload(), "web")));
        fleet.Lines.Take("web@0", "reloaded");
    }

    [Fact]
    public void Reset_FailedWorker_IsStoppedWithoutRestarts()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Shell("bad", 1, "exit 3") with
        {
            Readiness = new ReadinessSpec.Delay(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60)),
            Restart = Given.AtOnce with { MaxAttempts = 2 },
        });
        fleet.Log.Take("failed");
        Assert.Equal([("bad@0", "stopped", true)], Ends(fleet.Ask(new FleetCommand.Reset(), "bad")));
        fleet.Ask(new FleetCommand.Start(), "bad");
        fleet.Log.Take("failed");
        Assert.Equal(6, fleet.Log.All("spawn").Length);
    }

    [Fact]
    public void Command_ThousandWorkersByTheirNames_ReachesEach()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1000) with { Autostart = false });
        string[] names = [.. Enumerable.Range(0, 1000).Reverse().Select(index => $"web@{index}")];
        Assert.Equal(
            Enumerable.Range(0, 1000).Select(index => ($"web@{index}", "stopped", true)),
            Ends(fleet.Ask(new FleetCommand.Stop(), names)));
    }

    /// <summary>A client that sends a message at each answer does not delay the other work of the loop.</summary>
    [Fact]
    public void Message_PostedAgainByEachAnswer_DoesNotBlockTheLoop()
    {
        using var fleet = new Supervised();
        var over = false;
        Again();
        fleet.Converge(Given.Sleepers("web", 2));
        Volatile.Write(ref over, true);
        Assert.Equal("ready ready", States(fleet));

        void Again()
        {
            if (!Volatile.Read(ref over)) fleet.Mailbox.Post(new Message.Ping(Again));
        }
    }

    [Fact]
    public void Command_WhileTheFleetStops_IsRefused()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1));
        Task<CommandResult> waits = null!, late = null!;
        fleet.AtOnce(() =>
        {
            waits = fleet.BeginAsk(new FleetCommand.Restart(), "web");
            fleet.BeginStopAll();
            late = fleet.BeginAsk(new FleetCommand.Start(), "web");
        });

        Assert.Throws<TaskCanceledException>(() => Deadline.Await(waits, "the restart is given up"));
        Assert.Throws<TaskCanceledException>(() => Deadline.Await(late, "the start is refused"));
    }

    [Fact]
    public void Scale_StoppedService_StaysStoppedWithReason()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1));
        fleet.Ask(new FleetCommand.Stop(), "web");
        var result = fleet.Ask(new FleetCommand.Scale(2), "web");

        Assert.Equal([("web@0", "stopped", false), ("web@1", "stopped", false)], Ends(result));
        Assert.All(
            result.Workers,
            end => Assert.Equal((true, new CommandObstacle.ServiceStopped()), (end.IsUntouched, end.Obstacle)));
    }

    private static (string Name, string State, bool Ok)[] Ends(CommandResult result)
    {
        Assert.Empty(result.Unknown);
        return
        [
            .. result.Workers.Select(
                end => (end.Name.ToString(), end.IsRemoved ? "removed" : StateWords.Of(end.State), end.Ok)),
        ];
    }

    private static string States(Supervised fleet) =>
        string.Join(' ', fleet.Snapshot().Workers.Select(worker => StateWords.Of(worker.State)));
}
