using System.Diagnostics.CodeAnalysis;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Methods;
using Reuseportd.Runtime.Output;
using Serilog;

namespace Reuseportd.Runtime.Processes;

/// <summary>
/// The processes of all workers. Takes over started processes, connects their output and reaps them. Only the loop's thread uses
/// it.
/// </summary>
internal sealed partial class WorkerTable(
    LaunchPad launchPad,
    FileTable files,
    DescriptorTable descriptors,
    OutputLoop output,
    UnwatchedProcesses unwatched,
    BindNotifiers notifiers,
    Guard? guard,
    FleetEvents events,
    ILogger log) : IDescriptorOwner
{
    /// <summary>
    /// Edge-triggered, because the pidfd of a traced process stays readable after its exit. epoll reports it again when the
    /// tracer lets go.
    /// </summary>
    public const EpollEvents ExitOnce = EpollEvents.Readable | EpollEvents.EdgeTriggered;

    /// <summary>The number of former processes kept for late lines. Lines are late by milliseconds only.</summary>
    private const int MostFormer = 64;

    /// <summary>
    /// The number of traced processes kept. Each costs a descriptor and a pid. Beyond this number, a worker counts as running
    /// until its tracer lets it go.
    /// </summary>
    private const int MostTraced = 64;

    private readonly Dictionary<ulong, WorkerProcess> _bySerial = [];
    private readonly Dictionary<int, WorkerProcess> _byPid = [];
    private readonly Dictionary<ulong, WorkerProcess> _ended = [];

    /// <summary>Processes that have ended but cannot be reaped yet, as a tracer holds their exit.</summary>
    private readonly Dictionary<ulong, Pidfd> _traced = [];

    /// <summary>Former processes whose last lines may still explain a failed update or a retry.</summary>
    private readonly Queue<WorkerProcess> _former = new();
    private bool _isStopping;

    /// <summary>Processes that run or are not reaped yet.</summary>
    public int Count => _bySerial.Count + _traced.Count + unwatched.Count;

    /// <summary>
    /// Output pipes of the running processes. A killed process closes its pipes before it is reaped, and its replacement needs
    /// the descriptors.
    /// </summary>
    public int Pipes { get; private set; }

    /// <summary>Running processes whose bind(2) calls the daemon answers. Each one has a descriptor for that.</summary>
    public int Listeners { get; private set; }

    public WorkerProcess? Find(ulong serial) => _bySerial.GetValueOrDefault(serial);

    /// <summary>
    /// Finds an ended process that is still the newest of its slot, or was until recently. Its last lines may arrive after its
    /// end.
    /// </summary>
    public WorkerProcess? FindEnded(ulong serial) =>
        _ended.GetValueOrDefault(serial) ?? _former.FirstOrDefault(process => process.Serial == serial);

    public WorkerProcess? FindPid(int pid) => _byPid.GetValueOrDefault(pid);

    /// <summary>Does the loop's share of a start: account, notification socket and output files.</summary>
    public bool TryPrepare(
        WorkerSlot slot, int generation, [NotNullWhen(true)] out WorkerStart? start, [NotNullWhen(false)] out SpawnError? error)
    {
        start = null;
        if (!launchPad.TryPrepare(slot.Spec, out var account, out var notifySocket, out error)) return false;
        if (!files.TryTake(slot.Spec.Process, out var stdout, out var stderr, out error)) return false;
        start = new WorkerStart(launchPad, descriptors.NextToken(), slot, generation, slot.Spec, account, notifySocket)
        {
            Stdout = stdout, Stderr = stderr,
        };
        return true;
    }

    /// <summary>Takes over a finished start.</summary>
    public bool TryAdd(
        WorkerStart start,
        TimeSpan now,
        [NotNullWhen(true)] out WorkerProcess? process,
        [NotNullWhen(false)] out SpawnError? error)
    {
        (process, error) = (null, start.LateError ?? start.Error);
        if (start.Spawned is not { } spawned)
        {
            error ??= new SpawnError("start", "", Errno.None);
            Drop(start);
            return false;
        }

        process = start.MakeProcess(spawned, now);
        Enter(process);
        error = Watch(process, spawned, start.Spec);
        if (error is not null)
        {
            Forget(process);
            unwatched.End(start);
            Drop(start);
            process = null;
            return false;
        }

        error = null;
        // Before any line of the process.
        log.Spawned(process.Slot.Name, process.Handle.Pid, start.Generation, process.Method.Method);
        var outcomes = process.Method.IsObserved ? SourceOf(process, start.Spec.Process.Reuseport) : null;
        Connect(spawned.Stdout, process, OutputStream.Stdout, start.Stdout);
        Connect(spawned.Stderr, process, OutputStream.Stderr, start.Stderr, outcomes);
        if (outcomes is not null && spawned.Stderr is null) output.Kernel?.Add(outcomes);
        return true;
    }

    private SpawnError? Watch(WorkerProcess process, Spawned spawned, ServiceSpec spec)
    {
        if (spawned.BindListener is { } listener)
        {
            process.Descriptors.NoteCalls(listener);
            var answered = notifiers.Add(process.Slot.Name.Service, listener, spec.Process.Reuseport, process.Serial);
            if (answered != Errno.None) return new SpawnError("seccomp", "listener", answered);
        }

        var watched = descriptors.Add(process.Handle, ExitOnce, process.Serial, this);
        return watched == Errno.None ? null : new SpawnError("epoll_ctl", "pidfd", watched);
    }

    private void Enter(WorkerProcess process)
    {
        Pipes += process.Pipes;
        Listeners += process.Method.UsesSeccomp ? 1 : 0;
        process.Descriptors.NoteHandle(process.Handle);
        _bySerial.Add(process.Serial, process);
        _byPid[process.Handle.Pid] = process;
        var slot = process.Slot;
        ReleaseLast(slot);
        slot.Enter(process);
    }

    /// <summary>Returns the files of a start that failed.</summary>
    public void Drop(WorkerStart start)
    {
        files.Release(start.Stdout);
        files.Release(start.Stderr);
    }

    /// <summary>Notes that the slot no longer needs its last process.</summary>
    public void ReleaseLast(WorkerSlot slot)
    {
        if (slot.Last is not { } last || !_ended.Remove(last.Serial)) return;
        if (_former.Count == MostFormer) _former.Dequeue();
        _former.Enqueue(last);
    }

    /// <summary>
    /// Reaps a process that has ended. Its process group is killed first: while the process is a zombie, no other group can have
    /// the same number. A process of the worker's user can trace the worker and hold its exit (ptrace(2)). The worker then counts
    /// as ended, and <see cref="ReapTraced"/> reaps its process later.
    /// </summary>
    /// <returns>Null if the process still runs, or if its status comes later.</returns>
    public ExitStatus? Reap(WorkerProcess process)
    {
        if (!process.Handle.HasEnded) return null;
        process.KillGroup();
        if (!process.IsChild) return Release(process);
        var errno = process.Handle.Wait(out var status);
        if (errno == Errno.None && status is null) return ReapLater(process);

        Close(process);
        // Another part of the process reaped the child, so its exit status is lost.
        return status ?? ExitStatus.Killed(Signal.Kill);
    }

    /// <summary>Handles the end of a process, or a tracer that has let go.</summary>
    public void Wake(ulong serial)
    {
        if (_bySerial.TryGetValue(serial, out var process)) events.Add(new FleetEvent.ProcessExited(process));
        else ReapTraced(serial);
    }

    private void ReapTraced(ulong serial)
    {
        if (!_traced.TryGetValue(serial, out var handle)) return;
        if (handle.Wait(out var status) == Errno.None && status is null) return;
        _traced.Remove(serial);
        descriptors.Remove(handle, serial);
        handle.Dispose();
    }

    /// <summary>Stops waiting for tracers.</summary>
    /// <returns>Processes that have ended and were kept by tracers.</returns>
    public WorkerProcess[] Stop()
    {
        _isStopping = true;
        return [.. _bySerial.Values.Where(process => process.Handle.HasEnded)];
    }

    private ExitStatus? ReapLater(WorkerProcess process)
    {
        if (_traced.Count >= MostTraced && !_isStopping) return null;
        var status = EndedProcess.StatusOf(process.Handle.Pid);
        _traced.Add(process.Serial, process.Handle);
        Forget(process);
        return status ?? ExitStatus.Killed(Signal.Kill);
    }

    private void Forget(WorkerProcess process)
    {
        Pipes -= process.Pipes;
        Listeners -= process.Method.UsesSeccomp ? 1 : 0;
        _bySerial.Remove(process.Serial);
        // A process that is no child is reaped by its parent: a new worker may have its pid by now.
        if (FindPid(process.Handle.Pid) == process) _byPid.Remove(process.Handle.Pid);
        guard?.Forget(process.Handle.Pid);
        if (process.Method.IsObserved) output.Kernel?.Remove(process.Serial);
        if (process.Slot.Last == process) _ended.Add(process.Serial, process);
        process.Slot.Leave(process);
    }
}
