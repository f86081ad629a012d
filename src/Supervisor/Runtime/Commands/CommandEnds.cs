using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Commands;

/// <summary>The results of a command for single workers.</summary>
internal static class CommandEnds
{
    private const string OnItsWay = "still on its way";
    private const string Overtaken = "another command came meanwhile";

    /// <summary>The result if the worker was to run, or to be removed because the service has too many.</summary>
    public static CommandEnd Running(WorkerSlot slot) => slot switch
    {
        { Leaving: true } => Stopped(slot),
        { UpdateFailure: { } why } => Of(slot, ok: false, why.Words) with { IsNotReplaced = true, IsPostponed = why.IsPostponed },
        { Slot.State: SlotState.Ready, Updating: false } => Of(slot, ok: true),
        { Unsettled: true } => Of(slot, ok: false, Words(slot) ?? OnItsWay),
        _ when !slot.Service.Overrides.Wants(slot.Name.Index) => Of(slot, ok: false, Overtaken),
        _ => Of(slot, ok: false, Words(slot)),
    };

    public static CommandEnd Stopped(WorkerSlot slot) => slot switch
    {
        { Slot.State: SlotState.Stopped } => Of(slot, ok: true),
        { Leaving: false } when slot.Service.Overrides.Wants(slot.Name.Index) => Of(slot, ok: false, Overtaken),
        _ => Of(slot, ok: false, Words(slot) ?? OnItsWay),
    };

    /// <summary>The result if the client does not wait.</summary>
    public static CommandEnd Taken(WorkerSlot slot) => Of(slot, ok: true);

    /// <summary>The result if the command did not apply to the worker.</summary>
    public static CommandEnd Untouched(WorkerSlot slot, string why) => Of(slot, ok: false, why) with { IsUntouched = true };

    public static CommandEnd Of(WorkerSlot slot, bool ok, string? why = null) => new(
        slot.Name,
        slot is { Leaving: true, Slot.State: SlotState.Stopped } ? CommandEnd.Removed : slot.Slot.State.Word,
        ok,
        slot.Process?.Handle.Pid,
        slot.Slot.Generation,
        why)
    {
        LastWords = ok ? null : SnapshotBuilder.LastWords(slot),
    };

    private static string? Words(WorkerSlot slot) => SnapshotBuilder.Detail(slot);
}
