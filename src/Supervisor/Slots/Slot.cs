using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <summary>A slot: its state and what it remembers.</summary>
/// <param name="Generation">Number of the newest process, from 1; 0 before the first.</param>
/// <param name="Restarts">Processes started because another ended or failed to start.</param>
/// <param name="Streak">Retries in a row, which sets the next wait.</param>
/// <param name="Attempts">When the restarts within the policy's window were; empty where the policy never gives up.</param>
internal sealed record Slot(
    SlotState State,
    int Generation,
    int Restarts,
    int Streak,
    ValueList<TimeSpan> Attempts,
    ExitStatus? LastExit)
{
    /// <summary>
    /// Earlier processes of which something may still live: each was swept after, and not yet said to have gone whole.
    /// </summary>
    public int TreesEnding { get; init; }

    /// <summary>
    /// The highest number that was given to any process of the worker: also to a replacement that came to nothing, or before the
    /// worker was scaled away. No number is given twice.
    /// </summary>
    public int LastGiven { get; init; }

    public static readonly Slot New = new(new SlotState.Stopped(), 0, 0, 0, [], null);
}

/// <summary>The parts of a service that decide how its slots behave.</summary>
internal sealed record SlotPolicy(
    ReadinessSpec Readiness, PortFilter Ports, RestartPolicy Restart, StopSpec Stop, TimeSpan DrainTimeout)
{
    /// <summary>A process that ends, or does not get ready, is not followed by another: its slot has failed.</summary>
    public bool IsTrial { get; init; }

    public static SlotPolicy Of(ServiceSpec service) =>
        new(service.Readiness, service.Process.Reuseport.Ports, service.Restart, service.Stop, service.Update.DrainTimeout);
}

/// <summary>A slot after an event, and what has to be done.</summary>
internal readonly record struct Transition(Slot Slot, ValueList<SlotAction> Actions);
