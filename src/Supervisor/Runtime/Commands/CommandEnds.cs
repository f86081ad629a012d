using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Reports;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Runtime.Updates;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Commands;

/// <summary>The results of a command for single workers.</summary>
internal sealed class CommandEnds(SettleTable settles, UpdateFailures notReplaced, WorkerReport workers)
{
    /// <summary>The result of a command that runs the worker, or removes a worker beyond the requested number.</summary>
    public CommandEnd Running(WorkerSlot slot) => slot switch
    {
        { Leaving: true } => Stopped(slot),
        { Service.IsHeld: true } => Untouched(slot, new CommandObstacle.HostDrained()),
        _ when notReplaced.Of(slot) is not null => Of(slot, ok: false) with { IsNotReplaced = true },
        { Slot.State: SlotState.Ready } when !settles.IsUpdating(slot) => Of(slot, ok: true),
        _ when settles.IsUnsettled(slot) => Of(slot, ok: false, new CommandObstacle.NotSettled()),
        _ when !slot.Service.Wants(slot.Name.Index) => Of(slot, ok: false, new CommandObstacle.Overtaken()),
        _ => Of(slot, ok: false),
    };

    public CommandEnd Stopped(WorkerSlot slot) => slot switch
    {
        { Slot.State: SlotState.Stopped } => Of(slot, ok: true),
        { Leaving: false } when slot.Service.Wants(slot.Name.Index) =>
            Of(slot, ok: false, new CommandObstacle.Overtaken()),
        _ => Of(slot, ok: false, new CommandObstacle.NotSettled()),
    };

    /// <summary>The result if the client does not wait.</summary>
    public CommandEnd Taken(WorkerSlot slot) => Of(slot, ok: true);

    /// <summary>The result if the command did not apply to the worker.</summary>
    public CommandEnd Untouched(WorkerSlot slot, CommandObstacle why) =>
        Of(slot, ok: false, why) with { IsUntouched = true };

    private CommandEnd Of(WorkerSlot slot, bool ok, CommandObstacle? why = null) =>
        new(slot.Name, slot.Slot.State.Kind, ok, slot.Process?.Handle.Pid, slot.Slot.Generation)
        {
            IsRemoved = slot is { Leaving: true, Slot.State: SlotState.Stopped },
            Obstacle = why,
            Facts = ok ? null : workers.Of(slot),
        };
}
