using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <summary>What the owner of a slot has to do after a step, in order.</summary>
internal abstract record SlotAction
{
    private SlotAction() { }

    /// <summary>Start a process; answer with <see cref="SlotEvent.Spawned"/> or <see cref="SlotEvent.SpawnFailed"/>.</summary>
    internal sealed record Spawn(int Generation) : SlotAction;

    /// <summary>Give the process nothing new; answer with <see cref="SlotEvent.Drained"/> once it has nothing left.</summary>
    internal sealed record Drain(int Generation) : SlotAction;

    /// <summary>
    /// It has had its time: answer with <see cref="SlotEvent.Drained"/> as soon as it may end, whatever it has.
    /// </summary>
    internal sealed record Release(int Generation) : SlotAction;

    /// <summary>Find out which ports the process serves at this moment; answer with <see cref="SlotEvent.Checked"/>.</summary>
    internal sealed record Check(int Generation) : SlotAction;

    /// <summary>Send the process the signal to stop, so that it takes notice.</summary>
    internal sealed record Send(Signal Signal) : SlotAction;

    /// <summary>
    /// SIGKILL all that is left of the generation: the process and what it started. Where the process has been reaped, answer
    /// with <see cref="SlotEvent.TreeEnded"/> once nothing is left.
    /// </summary>
    internal sealed record KillTree(int Generation) : SlotAction;
}
