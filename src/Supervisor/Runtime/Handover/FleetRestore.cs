using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Preload;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Planning.Changes;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Methods;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Services;

namespace Reuseportd.Runtime.Handover;

/// <summary>A state to restore, with the specifications that were read from its texts.</summary>
/// <param name="Specs">The specification of each text of a service.</param>
internal sealed record Inheritance(SavedDaemon State, IReadOnlyDictionary<string, ServiceSpec> Specs);

/// <summary>
/// Gives the loop the fleet that an earlier program of the same process handed over. Used once, on the loop's thread, before the
/// first turn.
/// </summary>
internal sealed class FleetRestore(
    Inheritance inherited, ServiceTable services, WorkerTable processes, Notifications notifications, FleetEvents events)
{
    /// <returns>The number of processes that were taken over.</returns>
    public int Run()
    {
        var streams = inherited.State.Streams.ToLookup(stream => stream.Process);
        var adopted = 0;
        foreach (var saved in inherited.State.Services)
        {
            var service = services.Restore(
                Spec(saved.Declared), OverridesOf(saved), saved.LastGiven, SpecOrNull(saved.Former),
                SpecOrNull(saved.RolledBackFrom));
            foreach (var worker in saved.Workers)
            {
                var slot = services.Restore(service, worker.Index, SavedSlots.Restore(worker.Slot));
                if (worker.Process is not { } process) continue;
                Adopt(slot, process, streams[process.Serial]);
                adopted++;
            }
        }

        return adopted;
    }

    private void Adopt(WorkerSlot slot, SavedProcess saved, IEnumerable<SavedStream> streams)
    {
        // The process is a child that is not reaped yet, so no other process has its pid.
        var handle = Pidfd.Open(saved.Pid, out var errno) ?? throw new LinuxException($"pidfd_open {slot.Name}", errno);
        var account = new Account(
            saved.Account.Name, new Identity(saved.Account.Uid, saved.Account.Gid, [.. saved.Account.Groups]),
            saved.Account.Home, saved.Account.Shell);
        var process = new WorkerProcess(
            saved.Serial, slot, saved.Generation, handle, saved.Program, account,
            LaunchPad.CredentialsOf(slot.Spec.Process, account), slot.Spec, new TimeSpan(saved.Started))
        {
            Group = saved.Group,
            GroupId = saved.GroupId,
            Method = MethodOf(saved.Method),
            LastWords = new(
                streams.Any(stream => !stream.IsStderr), streams.Any(stream => stream.IsStderr)),
            Pipes = saved.Pipes,
        };
        foreach (var bind in saved.Binds) process.Remember(bind);
        foreach (var socket in saved.Sockets) process.Served.Add(socket.Inode, socket.Pid, socket.Descriptor);
        process.Served.AddKernelPorts([.. saved.KernelPorts]);
        if (DiagnosisOf(saved.Silence) is { } silence) process.RecordSilence(silence);
        processes.Adopt(
            process,
            [.. streams.Select(stream => new AdoptedPipe(stream.Pipe, stream.IsStderr, stream.Held, stream.Continues))]);
        events.Add(new FleetEvent.ProcessReady(process));
        if (slot.Spec.Readiness is ReadinessSpec.Notify)
            _ = notifications.TryOpen(slot.Name.Service, LaunchPad.OwnerOf(slot.Spec.Process, account), out _, out _);
    }

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
