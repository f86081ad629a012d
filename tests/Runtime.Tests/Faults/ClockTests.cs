using Reuseportd.Model;
using Runtime.Tests.Harness;

namespace Runtime.Tests.Faults;

/// <summary>
/// The wall clock is set. Deadlines follow the monotonic clock; only the time stamps of the log follow the wall clock.
/// </summary>
public sealed class ClockTests
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static TheoryData<int> Jumps => [-1, 1];

    [Theory]
    [MemberData(nameof(Jumps))]
    public void Set_InBackoff_NextStartIsOnTime(int hours)
    {
        using var fleet = new Supervised();
        var restart = RestartPolicy.Default with { Delay = Minute, MaxDelay = Minute, Jitter = 0 };
        fleet.Converge(Given.Sleepers("web", 1) with { Restart = restart });
        Supervised.Kill(fleet.Log.Take("ready", "web@0").Pid);
        fleet.Log.Take("backoff", "web@0");
        fleet.Time.SetWall(hours * Hour);
        fleet.Turn();
        Assert.Equal((WorkerState.Backoff, 1), (fleet.Worker("web@0").State, fleet.Worker("web@0").Generation));

        fleet.Advance(Minute);
        fleet.Log.Take("ready", "web@0");
        Assert.Equal(2, fleet.Worker("web@0").Generation);
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public void Set_InTheGracePeriod_KillIsOnTime(int hours)
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Service("web", 1, Checkout.Worker("ignore-term")) with { Stop = new StopSpec(Signal.Term, Minute) });
        fleet.Lines.Take("web@0", "ignoring");
        fleet.BeginStopAll();
        fleet.Log.Take("stop", "web@0");
        fleet.Time.SetWall(hours * Hour);
        fleet.Turn();
        Assert.Empty(fleet.Log.All("kill"));

        fleet.Advance(Minute);
        Assert.Equal("9", fleet.Log.Take("exit", "web@0").Field("EXIT_STATUS"));
    }

    [Theory]
    [MemberData(nameof(Jumps))]
    public void Set_WhileAWorkerStarts_TimeoutIsOnTime(int hours)
    {
        using var fleet = new Supervised();
        var service = Given.Listening(Given.Sleepers("web", 1), 8080) with { Readiness = new ReadinessSpec.Bind(Minute) };
        _ = fleet.BeginConverge(service with { Restart = RestartPolicy.Default with { When = RestartWhen.No } });
        fleet.Log.Take("loaded", "web@0");
        fleet.Time.SetWall(hours * Hour);
        fleet.Turn();
        Assert.Equal(WorkerState.Starting, fleet.Worker("web@0").State);

        fleet.Advance(Minute);
        fleet.Log.Take("readiness_timeout", "web@0");
        fleet.Log.Take("failed", "web@0");
    }

    /// <summary>In real time: the test does not advance the monotonic clock.</summary>
    [Fact]
    public void SetBack_WorkerCrashes_IsReplaced()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Server("web", 1));
        fleet.Time.SetWall(-Hour);
        Supervised.Kill(fleet.Log.Take("ready", "web@0").Pid);

        fleet.Log.Take("exit", "web@0");
        fleet.Log.Take("ready", "web@0");
        Assert.Equal(WorkerState.Ready, fleet.Worker("web@0").State);
    }

    [Fact]
    public void SetBack_RateLimitDropsLines_AreCountedAtTheEndOfTheInterval()
    {
        using var fleet = new Supervised();
        fleet.Converge(
            Given.Shell("web", 1, "seq 50; exec sleep infinity") with
            {
                Logging = LoggingSpec.Default with { RateLimitInterval = Minute, RateLimitBurst = 10 },
            });
        fleet.Lines.Take("web@0", "10");
        fleet.Time.SetWall(-Hour);
        Assert.Empty(fleet.Log.All("dropped"));

        // The output loop reads the clock when output arrives.
        fleet.Time.Advance(Minute);
        fleet.Converge(Given.Shell("web", 1, "echo over; exec sleep infinity"));
        Assert.Equal(40, fleet.Log.Take("dropped", "web@0").Number("REUSEPORT_COUNT"));
    }

    [Fact]
    public void SetBack_LineOfAWorker_HasTheStampOfTheWallClock()
    {
        using var fleet = new Supervised();
        fleet.Time.SetWall(-Hour);
        fleet.Converge(Given.Shell("web", 1, "echo here; exec sleep infinity"));

        var stamp = fleet.Lines.TakeStamp("web@0", "here");
        Assert.InRange(TimeProvider.System.GetUtcNow() - stamp, Hour, Hour + Deadline.Patience);
    }
}
