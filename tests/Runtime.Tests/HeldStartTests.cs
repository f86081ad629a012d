using System.Diagnostics;
using System.Globalization;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;
using Reuseportd.Runtime.Messages;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>
/// The worker's own user, or a file system, blocks a start. The loop continues, other services run, and the daemon kills and
/// reports the start.
/// </summary>
public sealed class HeldStartTests
{
    /// <summary>A user without other processes: the attacker suspends every process that it may signal.</summary>
    private const string User = "54321";

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);

    [Fact]
    public void Start_SuspendedBetweenChangeOfUserAndExec_IsKilledAndReportedAndDelaysNoOther()
    {
        using var fleet = new Supervised(longestStart: Longest);
        var others = Given.Sleepers("other", 4);
        fleet.Converge(others, Attacker("stop"));
        fleet.Lines.Take("attacker@0", "attacking");

        _ = fleet.BeginConverge(others, Attacker("stop"), As(Given.Sleepers("victim", 4)));
        var error = StopUntilHeld(fleet, "victim");

        // On a loaded machine a start may take too long before its change of user.
        while (error.Field("REUSEPORT_STEP") is not ("setuid" or "chdir" or "exec")) error = fleet.Log.Take("spawn_error");
        Assert.Equal(Errno.TimedOut.Number.ToString(CultureInfo.InvariantCulture), error.Field("ERRNO"));
        AssertOthersAreReplaced(fleet);
        Assert.Equal("victim@", fleet.Log.Take("backoff").Worker![..7]);
    }

    [Fact]
    public void StopAll_WhileAStartIsSuspended_EndsInTheGracePeriod()
    {
        using var fleet = new Supervised(longestStart: TimeSpan.FromMinutes(1));
        var quickly = StopSpec.Default with { GracePeriod = TimeSpan.FromMilliseconds(100) };
        fleet.Converge(Attacker("stop") with { Stop = quickly });
        fleet.Lines.Take("attacker@0", "attacking");
        _ = fleet.BeginConverge(
            Attacker("stop") with { Stop = quickly }, As(Given.Sleepers("victim", 8)) with { Stop = quickly });
        Deadline.Until(() => fleet.Snapshot().Workers.Any(worker => worker.State == WorkerState.Starting), "a start is held up");
        fleet.Turn();

        fleet.BeginStopAll();
        // The grace period passes on the clock of the test.
        Deadline.Until(
            () =>
            {
                fleet.Time.Advance(Soon);
                fleet.Mailbox.Post(new Message.Ping(() => { }));
                return fleet.Ended.IsCompleted;
            },
            "all have stopped");
    }

    [Fact]
    public void Probe_SuspendedBetweenChangeOfUserAndExec_FailsAndDelaysNoOther()
    {
        using var fleet = new Supervised(longestStart: Longest);
        var others = Given.Sleepers("other", 4);
        var probe = new ProbeSpec.Exec([Template.TryParse("true", out _)!]);
        var liveness = new LivenessSpec(
            probe, TimeSpan.FromMilliseconds(10), TimeSpan.FromMilliseconds(200), TimeSpan.Zero, FailureThreshold: int.MaxValue);
        fleet.Converge(others, As(Given.Sleepers("victim", 4)) with { Liveness = liveness });

        fleet.Converge(others, As(Given.Sleepers("victim", 4)) with { Liveness = liveness }, Attacker("stop"));
        fleet.Lines.Take("attacker@0", "attacking");

        for (var failed = 0; failed < 4; failed++)
        {
            fleet.Advance(TimeSpan.FromMilliseconds(200));
            AssertOthersAreReplaced(fleet);
            fleet.Advance(TimeSpan.FromMilliseconds(200));
            fleet.Log.Take("probe_failed");
        }
    }

    [Fact]
    public void Start_TracerOfItsUser_CannotAttachBeforeExec()
    {
        using var fleet = new Supervised(longestStart: Longest);
        var others = Given.Sleepers("other", 4);
        fleet.Converge(others, Attacker("trace"));
        fleet.Lines.Take("attacker@0", "attacking");

        // The tracer stops only the program: after its exec, the process no longer has the daemon's memory.
        _ = fleet.BeginConverge(others, Attacker("trace"), As(Given.Service("victim", 4, "true")));
        fleet.Log.Take("spawn", 9);

        AssertOthersAreReplaced(fleet);
        Assert.Empty(fleet.Log.All("spawn_error"));
    }

    [Fact]
    public void Start_InAFrozenControlGroup_IsKilledAndNamed()
    {
        using var trees = new Trees(grouped: true, longestStart: Longest);
        var fleet = trees.Fleet;
        var freeze = Path.Combine(trees.Cgroup!.Path, "cgroup.freeze");
        Assert.SkipUnless(File.Exists(freeze), "no cgroup.freeze before Linux 5.2");
        Assert.Equal(1, fleet.Converge(Given.Sleepers("other", 1)).Counts.Ready);

        File.WriteAllText(freeze, "1");
        try
        {
            _ = fleet.BeginConverge(Given.Sleepers("other", 1), Given.Sleepers("victim", 1));
            Assert.Equal(
                Errno.TimedOut.Number.ToString(CultureInfo.InvariantCulture),
                fleet.Log.Take("spawn_error", "victim@0").Field("ERRNO"));
            fleet.Turn();
        }
        finally
        {
            File.WriteAllText(freeze, "0");
        }

        Deadline.Until(() => fleet.Snapshot().Counts.Ready == 2, "it is tried again");
    }

    /// <summary>If the attacker misses a start, the test kills the process, so that the daemon tries again.</summary>
    private static Happened StopUntilHeld(Supervised fleet, string service)
    {
        var since = Stopwatch.GetTimestamp();
        while (fleet.Log.All("spawn_error") is [])
        {
            Assert.True(Stopwatch.GetElapsedTime(since) < Deadline.Patience, "no start was held up");
            var running = fleet.Snapshot().Workers.Where(worker => worker.Name.Service == service && worker.Pid is not null);
            foreach (var worker in running)
                if (Pidfd.Open(worker.Pid!.Value, out _) is { } process)
                    using (process) process.SendSignal(Signal.Kill);
            fleet.Advance(Soon);
        }

        return fleet.Log.Take("spawn_error");
    }

    private static void AssertOthersAreReplaced(Supervised fleet)
    {
        var before = fleet.Worker("other@0").Pid!.Value;
        Supervised.Kill(before);
        Deadline.Until(
            () => fleet.Worker("other@0") is { State: WorkerState.Ready, Pid: { } pid } && pid != before,
            "another service's worker is replaced");
        Assert.True(
            fleet.Snapshot().LoopDelay < Longest, $"something waited {fleet.Snapshot().LoopDelay} for the loop");
    }

    private static ServiceSpec Attacker(string how) => As(Given.Service("attacker", 1, Checkout.Worker("stops-others"), how));

    /// <summary>
    /// Runs as that user. The search for the program in many folders takes time between the change of user and the exec.
    /// </summary>
    private static ServiceSpec As(ServiceSpec service) => service with
    {
        Process = service.Process with
        {
            User = User,
            Group = User,
            Environment = [
                new EnvironmentVariable(
                    "PATH", Template.TryParse(string.Concat(Enumerable.Repeat("/nonexistent:", 300)) + "/usr/bin:/bin", out _)!)],
        },
    };
}
