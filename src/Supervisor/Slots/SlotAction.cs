using Reuseportd.Model;

namespace Reuseportd.Slots;

/// <summary>An action that the owner of a slot runs after a step. Actions are run in their order.</summary>
internal abstract record SlotAction
{
    private SlotAction() { }

    /// <summary>Start a process; answer with <see cref="SlotEvent.Spawned"/> or <see cref="SlotEvent.SpawnFailed"/>.</summary>
    internal sealed record Spawn(int Generation) : SlotAction;

    /// <summary>Send the process no new connections; answer with <see cref="SlotEvent.Drained"/> when it has none left.</summary>
    internal sealed record Drain(int Generation) : SlotAction;

    /// <summary>
    /// The time to drain is over: answer with <see cref="SlotEvent.Drained"/> as soon as the process may end, even with
    /// connections.
    /// </summary>
    internal sealed record Release(int Generation) : SlotAction;

    /// <summary>Ask the kernel which ports the process serves now; answer with <see cref="SlotEvent.Checked"/>.</summary>
    internal sealed record Check(int Generation) : SlotAction;

    /// <summary>Send the process its stop signal; a stopped process (SIGSTOP) is continued to receive it.</summary>
    internal sealed record Send(Signal Signal) : SlotAction;

    /// <summary>
    /// SIGKILL the process tree of the generation. If its process has been reaped, answer with <see cref="SlotEvent.TreeEnded"/>
    /// when no process of the tree is left.
    /// </summary>
    internal sealed record KillTree(int Generation) : SlotAction;
}
