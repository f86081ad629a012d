using CsCheck;
using Reuseportd.Model;

namespace Decisions.Tests.Planning;

/// <summary>
/// Guarantees of a rolling update that hold under any crashes, timeouts and commands. The simulated fleet checks each action.
/// </summary>
public sealed class RollingUpdatePropertyTests
{
    private static readonly Gen<string> Happenings =
        Gen.OneOf("spawn", "spawn", "serve", "serve", "place", "place", "drained", "obey", "crash", "late");

    private static readonly Gen<string> Commands = Gen.OneOf(
        "apply", "restart", "restart-one", "stop-one", "start-one", "pause", "resume", "rollback", "scale");

    private static readonly Gen<(string Happened, bool IsCommand, int Pick)[]> Days = Gen
        .Frequency(
            (5, Gen.Select(Happenings, Gen.Int[0, 20], (happened, pick) => (happened, false, pick))),
            (1, Gen.Select(Commands, Gen.Int[0, 20], (command, pick) => (command, true, pick))))
        .Array[1, 80];

    private static readonly Gen<UpdateSpec> Policies = Gen.Select(
        Gen.Bool, Gen.Int[1, 3], Gen.Enum<UpdateFailureAction>(), (startFirst, pace, onFailure) => UpdateSpec.Default with
        {
            Order = startFirst ? UpdateOrder.StartFirst : UpdateOrder.StopFirst,
            MaxSurge = startFirst ? pace : 0,
            MaxUnavailable = startFirst ? 0 : pace,
            FailureAction = onFailure,
        });

    /// <summary>
    /// No action takes a ready worker if fewer ready workers than promised would be left. With order stop-first, a worker has one
    /// process at a time. No command waits for a worker without a pending action.
    /// </summary>
    [Fact]
    public void Step_AnyCrashesAndCommands_KeepsTheGuaranteesAndEnds() =>
        Gen.Select(Policies, Gen.Int[1, 6], Days).Sample((policy, workers, day) =>
        {
            var fleet = Live(policy, workers, day);
            fleet.Calm();
            Assert.True(fleet.Update is null or { IsPaused: true }, "the update never ends");
            fleet.Command("resume", 0);
            fleet.Calm();
            Assert.True(fleet.Update is null or { IsPaused: true }, "the update never ends after its resume");
            Assert.False(fleet.HasReplacements, "a replacement is left behind");
        }, iter: Iterations.Times(1_000));

    /// <summary>After any events, a good version replaces all workers.</summary>
    [Fact]
    public void Step_GoodVersionAfterAnyCrashesAndCommands_RunsInAllWorkers() =>
        Gen.Select(Policies, Gen.Int[1, 6], Days).Sample((policy, workers, day) =>
        {
            const int good = 3_000;
            var fleet = Live(policy, workers, day);
            fleet.Command("start-one", 0);
            fleet.Apply(good);
            fleet.Calm();
            Assert.Null(fleet.Update);
            Assert.False(fleet.HasReplacements, "a replacement is left behind");
            Assert.Equal(fleet.Wanted, fleet.Ready);
            Assert.All(fleet.Slots.Where(slot => slot.IsReady), slot => Assert.Equal(good, slot.Process!.Version));
        }, iter: Iterations.Times(1_000));

    /// <summary>If no process crashes or is late, as many workers as promised are ready at each moment.</summary>
    [Fact]
    public void Step_NothingFails_NeverFewerReadyThanPromised() =>
        Gen.Select(Policies, Gen.Int[1, 6], Happenings.Select(Gen.Int[0, 20]).Array[1, 80]).Sample((policy, workers, day) =>
        {
            var fleet = new SimulatedFleet(policy, workers);
            fleet.Apply(1);
            foreach (var (happened, pick) in day)
            {
                if (happened is not ("crash" or "late")) fleet.Live(happened, pick);
                fleet.Turn();
                Assert.InRange(fleet.Ready, fleet.LeastReady, workers);
            }

            fleet.Calm();
            Assert.Null(fleet.Update);
            Assert.All(fleet.Slots, slot => Assert.Equal((true, 1), (slot.IsReady, slot.Process!.Version)));
        }, iter: Iterations.Times(1_000));

    private static SimulatedFleet Live(UpdateSpec policy, int workers, (string Happened, bool IsCommand, int Pick)[] day)
    {
        var fleet = new SimulatedFleet(policy, workers);
        foreach (var (happened, isCommand, pick) in day)
        {
            if (isCommand) fleet.Command(happened, pick);
            else fleet.Live(happened, pick);
            // Some turns have more than one event.
            if (pick % 4 > 0) fleet.Turn();
        }

        return fleet;
    }
}
