using Reuseportd.Linux.Cgroups;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Seccomp;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Methods;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Services;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Runtime.Updates;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Handover;

/// <summary>A state to restore, with the specifications that were read from its texts.</summary>
/// <param name="Specs">The specification of each text of a service.</param>
internal sealed record Inheritance(SavedDaemon State, IReadOnlyDictionary<string, ServiceSpec> Specs)
{
    /// <summary>True if the earlier daemon was another process. Its workers are no children of this one.</summary>
    public bool IsOfAnotherProcess { get; init; }

    /// <summary>Processes of the earlier daemon that cannot be taken over, as their descriptors or records are gone.</summary>
    public int Lost { get; init; }
}

/// <summary>
/// Gives the loop the fleet of an earlier daemon. Used once, on the loop's thread, before the first turn.
/// </summary>
internal sealed class FleetRestore(
    Inheritance inherited,
    ServiceTable services,
    SlotRunner runner,
    WorkerTable processes,
    CgroupSubtree? groups,
    Notifications notifications,
    FleetEvents events,
    ILogger log)
{
    private readonly BindCall[] _unanswered = Unanswered(inherited.State.Resources.Calls);
    private readonly ILookup<ulong, SavedStream> _streams = inherited.State.Streams.ToLookup(stream => stream.Process);

    /// <returns>The number of processes that were taken over.</returns>
    public int Run()
    {
        var adopted = 0;
        foreach (var saved in inherited.State.Services)
        {
            var service = services.Restore(
                Spec(saved.Declared), OverridesOf(saved), saved.LastGiven, SpecOrNull(saved.Former),
                SpecOrNull(saved.RolledBackFrom));
            if (saved.Notify is { } notify)
                notifications.Adopt(service.Spec.Name, notify.Socket.Number, notify.Entry, IdentityOf(notify.Owner));
            var rest = new List<WorkerSlot>();
            // A replacement that had no process yet begins anew with its update.
            foreach (var worker in saved.Workers.Where(worker => worker is not { IsReplacement: true, Process: null }))
            {
                var slot = Restore(service, worker);
                if (worker.Process is not null) adopted++;
                // A worker that is changing gets the service's specification by itself.
                if (worker is { IsInUpdate: true, IsReplacement: false } && !slot.Slot.State.IsChanging) rest.Add(slot);
            }

            if (saved.IsLeaving) services.Leave(service);
            else if (saved.Update is { } update && rest.Count > 0)
                services.Resume(
                    service, rest,
                    new UpdateRest(SpecOrNull(update.Former), update.IsRollback, update.IsTakenBack, update.IsPaused));
        }

        services.AwaitDependencies();
        return adopted;
    }

    private WorkerSlot Restore(Service service, SavedWorker saved)
    {
        var name = new WorkerName(service.Spec.Name, saved.Index);
        var slot = new WorkerSlot(name, service) { IsReplacement = saved.IsReplacement };
        if (SpecOrNull(saved.Kept) is { } kept) slot.Keep(kept);
        if (saved.RenewsAtEnd) slot.RenewAtEnd();
        if (saved.IsLeaving) slot.Retire();
        if (saved.LastLine is { } line) slot.Recall(LastWords.OfEarlierDaemon(line));
        if (saved.IsHeldBack) slot.HoldBack();
        var state = SavedSlots.Restore(saved.Slot);
        if (state.State is SlotState.Starting starting)
            state = state with { State = starting with { Coverage = PortCoverage.None(slot.Policy.Ports) } };
        slot.MoveTo(state);
        services.Restore(slot);
        if (saved.Process is { } process) Adopt(slot, process);
        else if (SavedSlots.AsksForStart(saved.Slot) && !saved.IsLeaving) services.Start(slot);
        return slot;
    }

    private void Adopt(WorkerSlot slot, SavedProcess saved)
    {
        var streams = _streams[saved.Serial].ToArray();
        var account = new Account(
            saved.Account.Name, new Identity(saved.Account.Uid, saved.Account.Gid, [.. saved.Account.Groups]),
            saved.Account.Home, saved.Account.Shell);
        var process = new WorkerProcess(
            saved.Serial, slot, saved.Generation, new Pidfd(saved.Handle.Number, saved.Pid), saved.Program, account,
            LaunchPad.CredentialsOf(slot.Spec.Process, account), slot.Spec, new TimeSpan(saved.Started))
        {
            IsChild = saved.IsChild && !inherited.IsOfAnotherProcess,
            Daemon = inherited.State.Mark,
            Group = saved.Group,
            GroupId = saved.GroupId,
            Method = MethodOf(saved.Method),
            LastWords = new(
                Array.Exists(streams, stream => !stream.IsStderr), Array.Exists(streams, stream => stream.IsStderr)),
            Pipes = saved.Pipes,
        };
        foreach (var bind in saved.Binds) process.Remember(bind);
        foreach (var socket in saved.Sockets) process.Served.Add(socket.Inode, socket.Pid, socket.Descriptor);
        process.Served.AddKernelPorts([.. saved.KernelPorts]);
        if (DiagnosisOf(saved.Silence) is { } silence) process.RecordSilence(silence);
        if (saved.IsConfined) process.RecordConfined();
        processes.Adopt(
            process,
            [.. streams.Select(AdoptedPipeOf)],
            saved.Calls is { } calls ? new Descriptor(calls.Number) : null, _unanswered);
        // The service manager may have had the limits taken away to start this daemon.
        if (inherited.IsOfAnotherProcess && process.Group is { } group
            && groups?.SetLimits(group, slot.Spec.Process.Limits.Group) is { } error) log.SpawnFailed(slot.Name, error);
        if (slot.Spec.Readiness is ReadinessSpec.Notify)
            _ = notifications.TryOpen(slot.Name.Service, LaunchPad.OwnerOf(slot.Spec.Process, account), out _, out _);
        Continue(slot, process);
    }

    /// <summary>Makes the parts of the loop go on with a process.</summary>
    private void Continue(WorkerSlot slot, WorkerProcess process)
    {
        switch (slot.Slot.State)
        {
            case SlotState.Ready when slot.IsReplacement:
                // A new process that waited to take the place of the old one. It may have connections.
                runner.Apply(slot, new SlotEvent.DrainRequested(new AfterStop.Stay()));
                break;
            case SlotState.Ready:
                events.Add(new FleetEvent.ProcessReady(process));
                break;
            case SlotState.Starting when slot.IsReplacement:
                runner.Apply(slot, new SlotEvent.StopRequested());
                break;
            case SlotState.Starting:
                events.Add(new FleetEvent.ProcessStarted(process));
                foreach (var bind in process.Binds)
                    if (PortCoverage.ServedPort(bind) is { } port)
                        runner.Apply(slot, new SlotEvent.Serves(process.Generation, port));
                break;
            case SlotState.Draining:
                events.Add(new FleetEvent.DrainBegun(process));
                break;
        }
    }

    private static Identity? IdentityOf(SavedUser? user) =>
        user is null ? null : new Identity(user.Uid, user.Gid, [.. user.Groups]);

    private static BindCall[] Unanswered(DescriptorIdentity? file)
    {
        if (file is null) return [];
        using var records = new Descriptor(file.Number);
        return CallRecords.Read(file);
    }

    private static AdoptedPipe AdoptedPipeOf(SavedStream stream) =>
        new(stream.Pipe, stream.IsStderr, stream.Held, stream.Continues, stream.LastLine);

    private ServiceSpec Spec(string text) => inherited.Specs[text];

    private ServiceSpec? SpecOrNull(string? text) => text is null ? null : Spec(text);

    private static ServiceOverrides OverridesOf(SavedService saved) => new(saved.Runs, [.. saved.Others], saved.Scaled);

    private static MethodChoice MethodOf(SavedMethod saved) =>
        new(saved.Method, saved.UsesLibrary, saved.UsesKernel, saved.UsesSeccomp)
        {
            Unreached = DiagnosisOf(saved.Unreached), Obstacle = saved.Obstacle, Wanted = saved.Wanted,
            NoPrivilegedPorts = saved.NoPrivilegedPorts, Remedy = saved.Remedy,
        };

    private static PreloadDiagnosis? DiagnosisOf(SavedReason? saved) => saved is not null
        && Enum.TryParse<PreloadReason>(saved.Reason, out var reason) ? new PreloadDiagnosis(reason, saved.Detail) : null;
}
