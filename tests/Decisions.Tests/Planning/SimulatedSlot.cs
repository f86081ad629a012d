using Reuseportd.Planning.RollingUpdates;
using Reuseportd.Slots;

namespace Decisions.Tests.Planning;

/// <summary>A slot of the simulated fleet: the value that the slot machine steps, and the process that runs in it.</summary>
internal sealed class SimulatedSlot(int worker, bool isReplacement)
{
    public int Worker => worker;

    public bool IsReplacement => isReplacement;

    public Slot Slot { get; set; } = Slot.New;

    /// <summary>Generation of the start that waits for its turn; null if none waits.</summary>
    public int? Queued { get; set; }

    /// <summary>Null if no process runs.</summary>
    public SimulatedProcess? Process { get; set; }

    public SimulatedSlot? Replacement { get; set; }

    /// <summary>The version that the worker keeps; null for that of the service.</summary>
    public int? Kept { get; set; }

    public bool RenewsAtEnd { get; set; }

    /// <summary>True if a command waits for the replacement of the worker.</summary>
    public bool IsAwaited { get; set; }

    public bool IsLeaving { get; set; }

    public bool IsReady => Slot.State is SlotState.Ready;

    public bool IsChanging => Slot.State is SlotState.Starting or SlotState.Stopping or SlotState.Draining;

    public ProcessCondition Condition => Slot.State switch
    {
        SlotState.Stopped => ProcessCondition.Stopped,
        SlotState.Starting => ProcessCondition.Starting,
        SlotState.Ready => Process!.IsPlaced ? ProcessCondition.Placed : ProcessCondition.Ready,
        SlotState.Draining => ProcessCondition.Draining,
        SlotState.Stopping => ProcessCondition.Stopping,
        _ => ProcessCondition.Down,
    };

    public void Renew()
    {
        if (Slot.State is SlotState.Draining or SlotState.Stopping) RenewsAtEnd = true;
        else (Kept, RenewsAtEnd) = (null, false);
    }
}

internal sealed class SimulatedProcess(int generation, int version)
{
    public int Generation => generation;

    /// <summary>Version of the service that the process was started from.</summary>
    public int Version => version;

    /// <summary>True if the process has its share of the traffic.</summary>
    public bool IsPlaced { get; set; }
}
