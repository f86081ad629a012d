using Reuseportd.Model;
using Reuseportd.Slots;

namespace Decisions.Tests.Slots;

public sealed class SlotMachineRestartTests
{
    private static readonly ExitStatus Crash = ExitStatus.Killed(Signal.Kill);

    [Fact]
    public void Step_RepeatedlyNotReady_DoublesTheWaitUpToTheLimit()
    {
        var life = new Life(Make.Policy(RestartPolicy.Default with { Jitter = 0, MaxDelay = TimeSpan.FromSeconds(1) }));
        life.Apply("start");

        List<double> waits = [];
        for (var attempt = 0; attempt < 6; attempt++)
        {
            life.Apply("spawned").Apply("exited");
            waits.Add(Assert.IsType<SlotState.Backoff>(life.Slot.State).Delay.TotalMilliseconds);
            life.AdvanceToDeadline();
        }

        Assert.Equal([100, 200, 400, 800, 1000, 1000], waits);
    }

    [Theory]
    [InlineData(0.0, 75)]
    [InlineData(0.5, 100)]
    [InlineData(0.999, 124.95)]
    public void Next_Jitter_SpreadsTheWaitAroundItsMean(double jitter, double milliseconds)
    {
        var wait = RestartDelay.Next(RestartPolicy.Default, streak: 0, jitter);
        Assert.Equal(milliseconds, wait.TotalMilliseconds, precision: 1);
    }

    [Theory]
    [InlineData(0.0, 18_000)]
    [InlineData(0.5, 24_000)]
    [InlineData(0.999_999, 30_000)]
    public void Next_JitterOfTheLongestWait_IsSpreadBelowTheLimit(double jitter, double milliseconds)
    {
        var wait = RestartDelay.Next(RestartPolicy.Default, streak: 100, jitter);
        Assert.Equal(milliseconds, wait.TotalMilliseconds, tolerance: 1);
        Assert.True(wait <= RestartPolicy.Default.MaxDelay);
    }

    [Theory]
    [InlineData("bind")]
    [InlineData("any")]
    [InlineData("notify")]
    public void Step_ReadinessTimeout_FailureNamesTheMissingCondition(string readiness)
    {
        var ports = readiness == "any" ? PortFilter.Any : Make.Ports;
        var policy = Make.Policy(
            readiness: readiness == "notify" ? new ReadinessSpec.Notify(TimeSpan.FromSeconds(30)) : null, ports: ports);
        MissingReadiness missing = readiness == "notify"
            ? new MissingReadiness.Notification()
            : new MissingReadiness.Ports(PortCoverage.None(ports));
        var expected = new SlotFailure.NotReady(missing);

        var life = new Life(policy).Apply("start").Apply("spawned").AdvanceToDeadline();

        var stopping = Assert.IsType<SlotState.Stopping>(life.Slot.State);
        Assert.Equal(expected, Assert.IsType<AfterStop.Retry>(stopping.Then).Failure);
        Assert.Equal(expected, Assert.IsType<SlotState.Backoff>(life.Apply("exited").Slot.State).Failure);
    }

    [Theory]
    [InlineData("127.0.0.1:8911: Connection refused")]
    [InlineData(null)]
    public void Step_ProbeNeverSucceeds_BackoffHasTheLastFailure(string? failure)
    {
        var probed = new ReadinessSpec.Probed(new ProbeSpec.Tcp(null), ReadinessSpec.DefaultPeriod, TimeSpan.FromSeconds(30));
        var life = new Life(Make.Policy(readiness: probed)).Apply("start").Apply("spawned");
        if (failure is not null) life.Apply(new SlotEvent.ProbeFailed(life.Slot.Generation, failure));
        life.AdvanceToDeadline().Apply("exited");
        Assert.Equal(
            new SlotFailure.NotReady(new MissingReadiness.Probe(failure)),
            Assert.IsType<SlotState.Backoff>(life.Slot.State).Failure);
    }

    [Theory]
    [InlineData(0.9, "backoff")]
    [InlineData(1.1, "starting")]
    public void Step_ExitAfterReady_IsReplacedAtOnceOnlyIfReadyForOverASecond(double readySeconds, string next)
    {
        var life = new Life(Make.Policy()).Apply("start").Apply("spawned").Apply("serves");
        life.Advance(readySeconds).Apply("exited");
        Assert.Equal(next, life.Slot.State.Word);
        Assert.Equal(Crash, life.Slot.LastExit);
    }

    [Theory]
    [InlineData(5, 3)]
    [InlineData(10, 0)]
    public void Step_ReadyForResetAfter_ResetsTheWait(int readySeconds, int streak)
    {
        var life = new Life(Make.Policy()).Apply("start");
        for (var i = 0; i < 3; i++) life.Apply("spawned").Apply("exited").AdvanceToDeadline();
        life.Apply("spawned").Apply("serves").Advance(readySeconds).Apply("exited");
        Assert.Equal(streak, life.Slot.Streak);
    }

    [Fact]
    public void Step_MoreRestartsInTheWindowThanAllowed_Fails()
    {
        var policy = RestartPolicy.Default with { MaxAttempts = 3, Window = TimeSpan.FromMinutes(10), Jitter = 0 };
        var life = new Life(Make.Policy(policy)).Apply("start");
        for (var i = 0; i < 3; i++) life.Apply("spawned").Apply("exited").AdvanceToDeadline();
        Assert.Equal("starting", life.Slot.State.Word);

        life.Apply("spawned").Apply("exited");

        var failed = Assert.IsType<SlotState.Failed>(life.Slot.State);
        var last = new SlotFailure.Ended(ExitStatus.Killed(Signal.Kill));
        Assert.Equal(new SlotFailure.GaveUp(3, TimeSpan.FromMinutes(10), last), failed.Failure);
    }

    [Theory]
    [InlineData("reset", "stopped")]
    [InlineData("start", "starting")]
    public void Step_CommandOnAFailedWorker_ResetsTheRestartsAndKeepsTheExit(string command, string next)
    {
        var policy = RestartPolicy.Default with { MaxAttempts = 2, Window = TimeSpan.FromMinutes(10), Jitter = 0 };
        var life = new Life(Make.Policy(policy)).Apply("start");
        for (var i = 0; i < 2; i++) life.Apply("spawned").Apply("exited").AdvanceToDeadline();
        life.Apply("spawned").Apply("exited");
        Assert.Equal(("failed", 2), (life.Slot.State.Word, life.Slot.Restarts));

        life.Apply(command);

        Assert.Equal((next, 0, 0, 0), (life.Slot.State.Word, life.Slot.Restarts, life.Slot.Streak, life.Slot.Attempts.Count));
        Assert.Equal(Crash, life.Slot.LastExit);
    }

    [Fact]
    public void Step_RestartsSpreadWiderThanTheWindow_NeverFails()
    {
        var policy = RestartPolicy.Default with { MaxAttempts = 2, Window = TimeSpan.FromSeconds(10), Jitter = 0 };
        var life = new Life(Make.Policy(policy)).Apply("start");
        for (var hour = 0; hour < 100; hour++)
        {
            life.Apply("spawned").Apply("serves").Advance(6).Apply("exited");
            Assert.Equal("starting", life.Slot.State.Word);
        }

        Assert.Equal(100, life.Slot.Restarts);
    }

    [Theory]
    [InlineData("OnFailure", 0, "stopped")]
    [InlineData("OnFailure", 1, "backoff")]
    [InlineData("No", 0, "stopped")]
    [InlineData("No", 1, "failed")]
    [InlineData("Always", 0, "backoff")]
    public void Step_ExitWhileStarting_FollowsThePolicy(string when, int code, string next)
    {
        var policy = RestartPolicy.Default with { When = Enum.Parse<RestartWhen>(when) };
        var life = new Life(Make.Policy(policy)).Apply("start").Apply("spawned");
        life.Apply(new SlotEvent.Exited(life.Slot.Generation, ExitStatus.Exited(code)));
        Assert.Equal(next, life.Slot.State.Word);
    }

    [Theory]
    [InlineData("OnFailure", "backoff")]
    [InlineData("No", "failed")]
    [InlineData("Always", "backoff")]
    public void Step_ExitWithUnknownStatus_IsAFailure(string when, string next)
    {
        var policy = RestartPolicy.Default with { When = Enum.Parse<RestartWhen>(when) };
        var life = new Life(Make.Policy(policy)).Apply("start").Apply("spawned");
        life.Apply(new SlotEvent.Exited(life.Slot.Generation, ExitStatus.Unknown));
        Assert.Equal((next, ExitStatus.Unknown), (life.Slot.State.Word, life.Slot.LastExit));
    }

    [Fact]
    public void Step_StoppedByRequest_IsNotRestarted()
    {
        var life = new Life(Make.Policy()).Apply("start").Apply("spawned").Apply("serves").Apply("stop").Apply("exited");
        Assert.Equal("stopped", life.Slot.State.Word);
    }

    [Fact]
    public void Step_GracePeriodOver_KillsTheTreeOnceAndWaitsForTheExit()
    {
        var life = new Life(Make.Policy()).Apply("start").Apply("spawned").Apply("serves").Apply("stop");
        Assert.Equal(TimeSpan.FromSeconds(10), life.Slot.State.Deadline - life.Now);

        life.AdvanceToDeadline();

        Assert.Equal("kill-tree 1", Make.Text(life.Actions));
        Assert.Equal("stopping", life.Slot.State.Word);
        Assert.Null(life.Slot.State.Deadline);
    }

    [Fact]
    public void Step_ReadinessTimeout_IsStoppedAndRetriedAfterAWait()
    {
        var life = new Life(Make.Policy()).Apply("start").Apply("spawned").AdvanceToDeadline();
        Assert.Equal("stopping", life.Slot.State.Word);
        life.Apply("exited");
        Assert.Equal("backoff", life.Slot.State.Word);
    }

    [Theory]
    [InlineData(0, "ready")]
    [InlineData(5, "ready")]
    [InlineData(20, "starting")]
    public void Step_PolicyChangedWhileStarting_CountsFromTheStart(int delay, string next)
    {
        var life = new Life(Make.Policy(readiness: new ReadinessSpec.Delay(TimeSpan.FromHours(1), TimeSpan.FromHours(2))));
        life.Apply("start").Apply("spawned").Advance(10);

        life.Policy = Make.Policy(readiness: new ReadinessSpec.Delay(TimeSpan.FromSeconds(delay), TimeSpan.FromHours(2)));
        life.Apply("policy");

        Assert.Equal(next, life.Slot.State.Word);
        if (next == "starting") Assert.Equal(TimeSpan.FromSeconds(delay), life.Slot.State.Deadline);
    }

    [Fact]
    public void Step_ReadinessDelayZero_IsReadyAtTheSpawn()
    {
        var life = new Life(Make.Policy(readiness: new ReadinessSpec.Delay(TimeSpan.Zero, TimeSpan.FromSeconds(30))));
        life.Apply("start").Apply("spawned");
        Assert.Equal("ready", life.Slot.State.Word);
    }

    [Fact]
    public void Step_ReadinessDelay_IsReadyAfterTheDelay()
    {
        var life = new Life(Make.Policy(readiness: new ReadinessSpec.Delay(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(30))));
        life.Apply("start").Apply("spawned").Apply("serves");
        Assert.Equal("starting", life.Slot.State.Word);
        life.AdvanceToDeadline();
        Assert.Equal("ready", life.Slot.State.Word);
        Assert.Equal(TimeSpan.FromSeconds(2), life.Now);
    }
}
