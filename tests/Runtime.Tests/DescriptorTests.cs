using Reuseportd.Linux.Processes;
using Reuseportd.Model;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>The daemon's descriptors: a worker needs three, which are closed at its end.</summary>
public sealed class DescriptorTests
{
    /// <summary>Pipes of the test process itself.</summary>
    private static readonly int OwnPipes = CountOwnPipes();

    [Fact]
    public void Descriptors_AfterAHundredStartsAndStops_AreUnchanged()
    {
        using var fleet = new Supervised();
        var service = Given.Server("web", 2);
        Cycle(fleet, service);
        var before = Settled(fleet);
        for (var cycle = 0; cycle < 100; cycle++) Cycle(fleet, service);

        AssertNoMore(before, Settled(fleet));
    }

    [Fact]
    public void Descriptors_AfterAHundredFailedStarts_AreUnchanged()
    {
        using var fleet = new Supervised();
        var lost = Given.Service("lost", 1, "/nonexistent/program") with { Restart = Given.AtOnce with { MaxAttempts = 50 } };
        fleet.Converge(lost);
        fleet.Log.Take("failed", "lost@0");
        var before = Settled(fleet);
        fleet.Converge(lost.With("/nonexistent/other"));
        fleet.Log.Take("failed", "lost@0");

        AssertNoMore(before, Settled(fleet));
    }

    [Fact]
    public void Descriptors_AfterWholeLoops_AreUnchanged()
    {
        WholeLife();
        var before = OwnProcess.Descriptors().Length;
        for (var life = 0; life < 10; life++) WholeLife();

        Deadline.Until(() => OwnProcess.Descriptors().Length <= before, "all descriptors of the loops are closed");
    }

    [Fact]
    public void Descriptors_NoneIsFree_WorkersRestartWhenSomeAre()
    {
        using var fleet = new Supervised();
        fleet.Converge(
            Given.Sleepers("web", 5),
            Given.Service("lost", 1, "/nonexistent/program") with { Restart = Given.AtOnce with { MaxAttempts = 3 } });
        Kill(Processes(fleet));
        fleet.Log.Take("exit", 5);
        // The first run opens descriptors that the runtime needs at first use.
        Deadline.Until(() => fleet.Snapshot().Counts is { Ready: 5, Failed: 1 }, "the workers are back, and one has failed");

        var workers = Processes(fleet);
        using (Resources.NoDescriptors())
        {
            // This block has no assertion: the runtime needs descriptors to throw.
            Kill(workers);
            SpinWait.SpinUntil(() => fleet.Ended.IsCompleted || fleet.Counts.Waiting == 5, Deadline.Patience);
        }

        Assert.StartsWith(
            "RLIMIT_NOFILE is ", Assert.Single(fleet.Log.All("no_room")).Field("REUSEPORT_LIMIT"), StringComparison.Ordinal);
        fleet.Advance(TimeSpan.FromSeconds(1));
        Deadline.Until(() => fleet.Snapshot().Counts.Ready == 5, "all workers are back");
        Assert.Equal(0, fleet.Snapshot().Counts.Waiting);
        Assert.False(fleet.Ended.IsCompleted);
    }

    /// <summary>The test opens these while descriptors are free.</summary>
    private static Pidfd[] Processes(Supervised fleet) =>
        [
            .. fleet.Snapshot().Workers.Where(worker => worker.Pid is not null)
                .Select(worker => Pidfd.Open(worker.Pid!.Value, out _)!)];

    private static void Kill(Pidfd[] processes)
    {
        foreach (var process in processes)
        {
            process.SendSignal(Signal.Kill);
            process.Dispose();
        }
    }

    private static void WholeLife()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 2));
    }

    private static void Cycle(Supervised fleet, ServiceSpec service)
    {
        Assert.Equal(2, fleet.Converge(service).Counts.Ready);
        fleet.Converge();
        fleet.Log.Take("exit", 2);
    }

    /// <summary>
    /// Open descriptors after the output loop has closed the streams of ended processes, which it does later.
    /// </summary>
    private static string[] Settled(Supervised fleet)
    {
        fleet.Converge();
        Deadline.Until(() => OwnProcess.Descriptors().Count(IsPipe) <= OwnPipes, "no pipe of a worker is open");
        return OwnProcess.Descriptors();
    }

    private static void AssertNoMore(string[] before, string[] after) => Assert.True(
        after.Length <= before.Length,
        $"{before.Length} before, {after.Length} after; new are:\n{string.Join('\n', after.Except(before))}");

    private static bool IsPipe(string target) => target.StartsWith("pipe:", StringComparison.Ordinal);

    private static int CountOwnPipes()
    {
        using var fleet = new Supervised();
        fleet.Converge();
        return OwnProcess.Descriptors().Count(IsPipe);
    }
}
