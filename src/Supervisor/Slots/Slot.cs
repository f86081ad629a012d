using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <summary>A slot: its state, and the counts that outlive a process.</summary>
/// <param name="Generation">Number of the newest process, from 1; 0 before the first.</param>
/// <param name="Restarts">Number of processes that were started because another ended or failed to start.</param>
/// <param name="Streak">Number of retries in a row; it sets the next wait.</param>
/// <param name="Attempts">Times of the restarts within the policy's window; empty if the number of restarts has no limit.</param>
internal sealed record Slot(
    SlotState State,
    int Generation,
    int Restarts,
    int Streak,
    ValueList<TimeSpan> Attempts,
    ExitStatus? LastExit)
{
    /// <summary>
    /// Earlier process trees that may still have live processes: each was killed, and its end is not reported yet.
    /// </summary>
    public int TreesEnding { get; init; }

    /// <summary>
    /// The highest generation that any process of the worker was given, including failed replacements and processes before a
    /// scale-down. No generation is used twice.
    /// </summary>
    public int LastGiven { get; init; }

    public static readonly Slot New = new(new SlotState.Stopped(), 0, 0, 0, [], null);
}

/// <summary>The parts of a service that decide how its slots behave.</summary>
internal sealed record SlotPolicy(
    ReadinessSpec Readiness, PortFilter Ports, RestartPolicy Restart, StopSpec Stop, TimeSpan DrainTimeout)
{
    /// <summary>The slot fails if its process ends or does not become ready; no other process follows.</summary>
    public bool IsTrial { get; init; }

    public static SlotPolicy From(ServiceSpec service) =>
        new(service.Readiness, service.Process.Reuseport.Ports, service.Restart, service.Stop, service.Update.DrainTimeout);
}

/// <summary>A slot after an event, and the actions to run.</summary>
internal readonly record struct Transition(Slot Slot, ValueList<SlotAction> Actions);
