using System.Runtime.CompilerServices;
using System.Text;
using Reuseportd.Configuration.Writing;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Methods;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Services;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Runtime.Updates;

namespace Reuseportd.Runtime.Handover;

/// <summary>Takes the state of services and workers out of the loop. Only the loop's thread uses it.</summary>
internal sealed class Capture(
    ServiceTable services, HostDrain host, SlotTable slots, ReplacementSlots replacements, Notifications notifications)
{
    /// <summary>Texts of specifications: workers of one service share one.</summary>
    private readonly ConditionalWeakTable<ServiceSpec, string> _texts = [];

    /// <summary>All services with their workers.</summary>
    public SavedService[] Services()
    {
        var second = replacements.All.ToLookup(slot => slot.Service);
        return
        [
            .. services.Services.Select(service => Save(service) with
            {
                Workers = [.. slots.Of(service).Concat(second[service]).Select(Save)],
            }),
        ];
    }

    /// <summary>The service with this name; null if there is none.</summary>
    public Service? Find(string name) => services.Services.FirstOrDefault(service => service.Spec.Name == name);

    /// <summary>The drain of the host; null if the host serves.</summary>
    public SavedHost? Host() =>
        host.DrainsAt is { } at ? new SavedHost(at.Ticks) : host.IsHeld ? new SavedHost(DrainsAt: null) : null;

    /// <summary>A service without its workers.</summary>
    public SavedService Save(Service service) => new(
        Text(service.Declared)!, Text(services.FormerOf(service)), Text(services.RolledBackFrom(service)),
        service.Overrides.Runs, [.. service.Overrides.Others], service.Overrides.Scaled, [])
    {
        LastGiven = new Dictionary<int, int>(service.LastGiven),
        IsLeaving = service.Leaving,
        Notify = SaveNotify(service.Spec.Name),
        Update = services.UpdateOf(service) is { } update
            ? new SavedUpdate(Text(update.Former), update.IsRollback, update.State.IsTakenBack, update.IsPaused)
            : null,
    };

    public SavedWorker Save(WorkerSlot slot)
    {
        var process = slot.Process;
        return new SavedWorker(
            slot.Name.Index, SavedSlots.Save(slot.Slot, process is not null), process is null ? null : Save(process))
        {
            Kept = slot.IsKept ? Text(slot.Spec) : null,
            RenewsAtEnd = slot.RenewsAtEnd,
            IsLeaving = slot.Leaving,
            IsHeldBack = slot.IsHeldBack,
            IsReplacement = slot.IsReplacement,
            LastLine = slot.EndedWords?.Line,
            IsInUpdate = services.UpdateOf(slot.Service) is { } update && update.Waits(slot),
        };
    }

    private SavedNotify? SaveNotify(string service) => notifications.Find(service) is { Socket: var socket, Owner: var owner }
        ? new SavedNotify(
            DescriptorIdentity.Of(socket), socket.Entry,
            owner is null ? null : new SavedUser(owner.Uid, owner.Gid, [.. owner.Groups]))
        : null;

    private string? Text(ServiceSpec? spec) =>
        spec is null ? null : _texts.GetValue(spec, one => Encoding.UTF8.GetString(ServiceWriter.File(one)));

    private static SavedProcess Save(WorkerProcess process) => new(
        process.Serial, process.Handle.Pid, process.Generation, process.Program, Save(process.Account),
        process.Started.Ticks, Save(process.Method))
    {
        Handle = process.Descriptors.Handle!,
        Calls = process.Descriptors.Calls,
        IsConfined = process.IsConfined,
        IsChild = process.IsChild,
        Group = process.Group,
        GroupId = process.GroupId,
        Pipes = process.Pipes,
        Stdout = process.Descriptors.Stdout,
        Stderr = process.Descriptors.Stderr,
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
