using Reuseportd.Model;
using Reuseportd.Slots;

namespace Reuseportd.Runtime;

/// <summary>The fleet as values that may leave the loop.</summary>
internal static class Snapshots
{
    public static FleetSnapshot Of(Fleet fleet, FleetCounts counts, TimeSpan now) => new(now, counts, new([.. fleet.Services
        .OrderBy(service => service.Spec.Name, StringComparer.Ordinal)
        .SelectMany(service => service.Slots.OrderBy(slot => slot.Name.Index))
        .Select(Of)]));

    private static WorkerSnapshot Of(WorkerSlot slot) => new(
        slot.Name,
        slot.Slot.State.Word,
        slot.Process?.Handle.Pid,
        slot.Slot.Generation,
        slot.Slot.Restarts,
        slot.Process?.Started,
        slot.Slot.LastExit,
        (slot.Slot.State as SlotState.Backoff)?.Until,
        slot.Slot.State switch
        {
            SlotState.Failed failed => failed.Reason,
            SlotState.Backoff backoff => backoff.Reason,
            SlotState.Starting { IsHeld: true } => "waits for the end of what an earlier process left behind",
            SlotState.Starting { Running: true } starting => $"waits for {Missing(slot, starting)}",
            SlotState.Starting when slot.Service.Starts.IsHeld => $"waits for {string.Join(", ", slot.Service.Spec.DependsOn)}",
            _ => null,
        },
        new([.. slot.Process?.Binds ?? []]));

    private static string Missing(WorkerSlot slot, SlotState.Starting starting) => slot.Policy.Readiness switch
    {
        ReadinessSpec.Bind => $"port {starting.Coverage.Missing}",
        ReadinessSpec.Notify => "READY=1",
        ReadinessSpec.Delay => "its delay",
        _ => $"its probe: {slot.Process?.ProbeFailure ?? "not asked yet"}",
    };
}
