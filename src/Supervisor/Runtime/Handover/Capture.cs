using System.Globalization;
using System.Text;
using Reuseportd.Configuration.Writing;
using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Methods;
using Reuseportd.Runtime.Probing;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Services;
using Reuseportd.Runtime.Supervision;

namespace Reuseportd.Runtime.Handover;

/// <summary>
/// Takes the state of the fleet out of the loop, at a moment at which nothing is under way. Only the loop's thread uses it.
/// </summary>
internal sealed class Capture(
    ServiceTable services,
    SlotTable slots,
    SlotCounts counts,
    WorkerTable processes,
    Starts starts,
    ExecProbes probes,
    PendingChanges changes,
    CommandRunner commands)
{
    /// <summary>
    /// The reason why the fleet cannot be handed over at this moment, as the end of a sentence; null if it can.
    /// </summary>
    public string? Obstacle()
    {
        if (counts.Fleet.Unsettled > 0 || changes.Count > 0 || commands.Count > 0) return "a change is under way";
        if (!starts.IsEmpty || probes.Count > 0) return "a process is starting";
        if (processes.Unconnected.Count > 0) return "output files are not open yet";
        foreach (var service in services.Services)
        {
            if (service.Leaving) return $"{service.Spec.Name} is stopping";
            if (services.UpdateOf(service) is { } update)
                return $"a rolling restart of {service.Spec.Name} is {(update.IsPaused ? "paused" : "in progress")}";
            foreach (var slot in slots.Of(service))
                if (ObstacleOf(slot) is { } obstacle) return $"{slot.Name} {obstacle}";
        }

        return services.IsReplacing || processes.Count != Running.Count() ? "a process is ending" : null;
    }

    public SavedService[] Services() => [.. services.Services.Select(Save)];

    private IEnumerable<WorkerSlot> Running =>
        services.Services.SelectMany(slots.Of).Where(slot => slot.Process is not null);

    private static string? ObstacleOf(WorkerSlot slot)
    {
        if (!SavedSlots.IsSettled(slot.Slot) || slot.Leaving || slot.IsKept || slot.RenewsAtEnd)
            return string.Create(CultureInfo.InvariantCulture, $"is {slot.Slot.State.Kind}").ToLowerInvariant();
        // A process that has just ended, and whose end the loop has not handled.
        if (slot.Process is not null != slot.Slot.State is Slots.SlotState.Ready) return "is ending";
        return slot.Process is { Method.UsesSeccomp: true } ? "has its binds answered by the daemon (method seccomp)" : null;
    }

    private SavedService Save(Service service) => new(
        Text(service.Declared)!, Text(services.FormerOf(service)), Text(services.RolledBackFrom(service)),
        service.Overrides.Runs, [.. service.Overrides.Others], service.Overrides.Scaled,
        [.. slots.Of(service).Select(Save)])
    {
        LastGiven = new Dictionary<int, int>(service.LastGiven),
    };

    private static string? Text(ServiceSpec? spec) => spec is null ? null : Encoding.UTF8.GetString(ServiceWriter.File(spec));

    private static SavedWorker Save(WorkerSlot slot) =>
        new(slot.Name.Index, SavedSlots.Save(slot.Slot), slot.Process is { } process ? Save(process) : null);

    private static SavedProcess Save(WorkerProcess process) => new(
        process.Serial, process.Handle.Pid, process.Generation, process.Program, Save(process.Account),
        process.Started.Ticks, Save(process.Method))
    {
        Group = process.Group,
        GroupId = process.GroupId,
        Pipes = process.Pipes,
        Silence = Save(process.Silence),
        Binds = [.. process.Binds],
        Sockets = [.. process.Served.Sockets.Select(one => new SavedSocket(one.Inode, one.Pid, one.Descriptor))],
        KernelPorts = [.. process.Served.KernelPorts],
    };

    private static SavedAccount Save(Account account) => new(
        account.Name, account.Identity.Uid, account.Identity.Gid, [.. account.Identity.Groups], account.Home, account.Shell);

    private static SavedMethod Save(MethodChoice choice) => new(
        choice.Method, choice.UsesLibrary, choice.UsesKernel, choice.UsesSeccomp, Save(choice.Unreached), choice.Obstacle)
    {
        Wanted = choice.Wanted, NoPrivilegedPorts = choice.NoPrivilegedPorts, Remedy = choice.Remedy,
    };

    private static SavedReason? Save(PreloadDiagnosis? diagnosis) =>
        diagnosis is null ? null : new SavedReason(diagnosis.Reason.ToString(), diagnosis.Detail);
}
