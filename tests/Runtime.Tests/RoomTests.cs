using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Commands;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>More workers than the daemon's limits have room for.</summary>
public sealed class RoomTests
{
    /// <summary>The daemon keeps 128 for itself, and a worker needs three: 57 workers have room.</summary>
    private const int Descriptors = 300;

    [Fact]
    public void Start_MoreWorkersThanDescriptorsAllow_OthersWaitAndAreNotTried()
    {
        using var fleet = new Supervised(descriptors: Descriptors);
        var result = fleet.Converge(Given.Sleepers("nap", 80));

        Assert.Equal((57, 23), (result.Counts.Ready, result.Counts.Waiting));
        Assert.Equal(result.Counts.Waiting, result.NotReady.Count);
        Assert.All(result.NotReady, worker => Assert.Equal(WorkerState.Waiting, worker.State));
        Assert.Equal("nap", Assert.Single(fleet.Log.All("no_room")).Field("REUSEPORT_SERVICE"));
        Assert.Empty(fleet.Log.All("spawn_error"));
    }

    [Fact]
    public void Scale_ToNumberWithinLimit_NoWorkerWaits()
    {
        using var fleet = new Supervised(descriptors: Descriptors);
        fleet.Converge(Given.Sleepers("nap", 80));

        Assert.All(fleet.Ask(new FleetCommand.Scale(10), "nap").Workers, end => Assert.True(end.Ok, end.ToString()));

        Deadline.Until(
            () => fleet.Snapshot().Counts is { Workers: 10, Ready: 10, Waiting: 0 }, "those that were taken away have gone");
    }

    /// <param name="age">In seconds. A worker that was ready for two is restarted at once, a younger one after a delay.</param>
    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void Crash_WhileOthersWait_CrashedWorkerStartsFirst(int age)
    {
        using var fleet = new Supervised(descriptors: Descriptors);
        fleet.Converge(Given.Sleepers("nap", 80));
        var worker = fleet.Snapshot().Workers.First(worker => worker.State == WorkerState.Ready);
        fleet.Advance(TimeSpan.FromSeconds(age));

        Supervised.Kill(worker.Pid!.Value);
        fleet.Log.Take("exit", worker.Name.ToString());

        AdvanceUntil(
            fleet, () => fleet.Worker(worker.Name.ToString()) is { State: WorkerState.Ready, Generation: > 1 }, "it is replaced",
            TimeSpan.FromMilliseconds(100));
        Assert.Equal((57, 23), (fleet.Snapshot().Counts.Ready, fleet.Snapshot().Counts.Waiting));
    }

    [Fact]
    public void Stop_OfAnotherService_MakesRoom()
    {
        using var fleet = new Supervised(descriptors: Descriptors);
        var other = Given.Sleepers("other", 30);
        Assert.Equal(30, fleet.Converge(other).Counts.Ready);
        Assert.True(fleet.Converge(other, Given.Sleepers("nap", 50)).Counts.Waiting > 0);

        fleet.Converge(Given.Sleepers("nap", 50));

        AdvanceUntil(fleet, () => fleet.Snapshot().Counts is { Ready: 50, Waiting: 0 }, "all have room");
    }

    /// <summary>
    /// The clock does not advance while a process starts. The start takes real time, and the daemon would kill it as too slow.
    /// </summary>
    private static void AdvanceUntil(Supervised fleet, Func<bool> holds, string what, TimeSpan? step = null) =>
        Deadline.Until(
            () =>
            {
                if (fleet.Snapshot().Workers.All(worker => worker.State != WorkerState.Starting))
                    fleet.Advance(step ?? TimeSpan.FromSeconds(1));
                return holds();
            },
            what);
}
