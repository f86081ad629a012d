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
using Reuseportd.Runtime.Output;
using Serilog;

namespace Reuseportd.Runtime.Processes;

/// <summary>
/// The processes of all workers: makes them, hands their output on, hears their ends. Only the loop's thread uses it.
/// </summary>
internal sealed class WorkerTable(
    LaunchPad launchPad,
    FileTable files,
    DescriptorTable descriptors,
    OutputLoop output,
    Guard? guard,
    FleetEvents events,
    ILogger log) : IDescriptorOwner
{
    /// <summary>
    /// The pidfd of a process that a tracer holds stays readable, and is signalled again when the tracer lets go.
    /// </summary>
    public const EpollEvents ExitOnce = EpollEvents.Readable | EpollEvents.EdgeTriggered;

    /// <summary>Time that a process gets to go after SIGKILL.</summary>
    private static readonly TimeSpan ToDie = TimeSpan.FromSeconds(1);

    /// <summary>Lines are late by milliseconds.</summary>
    private const int MostLeft = 64;

    /// <summary>Each costs a descriptor and a pid. Past this number, the end of a worker is its tracer's to release.</summary>
    private const int MostTraced = 64;

    private readonly Dictionary<ulong, WorkerProcess> _bySerial = [];
    private readonly Dictionary<int, WorkerProcess> _byPid = [];
    private readonly Dictionary<ulong, WorkerProcess> _ended = [];

    /// <summary>Ended and not reaped: a tracer holds their exits.</summary>
    private readonly Dictionary<ulong, Pidfd> _traced = [];

    /// <summary>No slot's last any more: a failed update, and a new try, are told of by what these said last.</summary>
    private readonly Queue<WorkerProcess> _left = new();
    private bool _isStopping;

    /// <summary>Processes that run, or have not been reaped.</summary>
    public int Count => _bySerial.Count + _traced.Count;

    /// <summary>
    /// Output pipes that the running processes were started with. A killed process closes its pipes before its end is reaped: its
    /// replacement needs the descriptors.
    /// </summary>
    public int Pipes { get; private set; }

    public WorkerProcess? Find(ulong serial) => _bySerial.GetValueOrDefault(serial);

    /// <summary>The newest process of a slot, after its end: its last words may come later than that.</summary>
    public WorkerProcess? FindEnded(ulong serial) => _ended.GetValueOrDefault(serial) ?? _left.FirstOrDefault(process => process.Serial == serial);

    public WorkerProcess? FindPid(int pid) => _byPid.GetValueOrDefault(pid);

    /// <summary>Takes what a start of the slot needs of the loop.</summary>
    public bool TryPrepare(
        WorkerSlot slot, int generation, [NotNullWhen(true)] out WorkerStart? start, [NotNullWhen(false)] out SpawnError? error)
    {
        start = null;
        if (!launchPad.TryPrepare(slot.Spec, out var account, out var notifySocket, out error)) return false;
        if (!files.TryTake(slot.Spec.Process, out var stdout, out var stderr, out error)) return false;
        start = new WorkerStart(launchPad, slot, generation, slot.Spec, account, notifySocket) { Stdout = stdout, Stderr = stderr };
        return true;
    }

    /// <summary>Takes over what came of a start.</summary>
    public bool TryAdd(
        WorkerStart start, TimeSpan now, [NotNullWhen(true)] out WorkerProcess? process, [NotNullWhen(false)] out SpawnError? error)
    {
        (process, error) = (null, start.LateError ?? start.Error);
        if (start.Spawned is not { } spawned)
        {
            error ??= new SpawnError("start", "", Errno.None);
            Drop(start);
            return false;
        }

        var slot = start.Slot;
        process = new WorkerProcess(
            descriptors.NextToken(),
            slot,
            start.Generation,
            spawned.Process,
            spawned.Program,
            start.Account,
            LaunchPad.CredentialsOf(start.Spec.Process, start.Account),
            start.Spec,
            now)
        {
            Group = start.Group,
            LastWords = new LastWords(spawned.Stdout is not null, spawned.Stderr is not null),
            Pipes = (spawned.Stdout is null ? 0 : 1) + (spawned.Stderr is null ? 0 : 1),
        };
        Pipes += process.Pipes;
        _bySerial.Add(process.Serial, process);
        _byPid[spawned.Process.Pid] = process;
        Leave(slot);
        slot.LastTry = slot.Slot.Streak > 0 ? slot.Last : null;
        slot.Process = slot.Last = process;

        var watched = descriptors.Add(process.Handle, ExitOnce, process.Serial, this);
        if (watched != Errno.None)
        {
            Refuse(process, start);
            error = new SpawnError("epoll_ctl", "pidfd", watched);
            process = null;
            return false;
        }

        error = null;
        // Ahead of anything that it says.
        log.Spawned(slot.Name, process.Handle.Pid, start.Generation);
        Connect(spawned.Stdout, process, OutputStream.Stdout, start.Stdout);
        Connect(spawned.Stderr, process, OutputStream.Stderr, start.Stderr);
        return true;
    }

    /// <summary>A start of which nothing came gives back what it took.</summary>
    public void Drop(WorkerStart start)
    {
        files.Release(start.Stdout);
        files.Release(start.Stderr);
    }

    /// <summary>Nobody asks for the slot's last process any more.</summary>
    public void Leave(WorkerSlot slot)
    {
        if (slot.Last is not { } last || !_ended.Remove(last.Serial)) return;
        if (_left.Count == MostLeft) _left.Dequeue();
        _left.Enqueue(last);
    }

    /// <summary>
    /// Reaps a process that has ended. Its process group is killed first: while the process is a zombie, its number
    /// can belong to no other group. A process of the worker's user can trace the worker and so hold its exit (ptrace(2)): then
    /// the worker counts as ended, and its process is reaped by <see cref="ReapTraced"/>.
    /// </summary>
    /// <returns>Null where it still runs.</returns>
    public ExitStatus? Reap(WorkerProcess process)
    {
        if (!process.Handle.HasEnded) return null;
        ProcessGroup.Kill(process.Handle.Pid);
        var errno = process.Handle.Wait(out var status);
        if (errno == Errno.None && status is null) return ReapLater(process);

        descriptors.Remove(process.Handle, process.Serial);
        Forget(process);
        process.Handle.Dispose();
        // Somebody else reaped it: that it ended is certain, how is not.
        return status ?? ExitStatus.Killed(Signal.Kill);
    }

    /// <summary>The process has ended. If a tracer held its exit, the tracer may have let go.</summary>
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

    /// <summary>From here on no tracer is waited for.</summary>
    /// <returns>Processes that have ended, and whose tracers were.</returns>
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

    private void Connect(Pipe? pipe, WorkerProcess process, OutputStream stream, WorkerFile? file)
    {
        if (pipe is null) return;
        var source = WorkerLog.Open(process.Slot.Name, process.Handle.Pid, stream);
        output.Add(new WorkerStream(pipe, process.Serial, process.Tree(isReaped: false), source, process.Slot.Spec.Logging, file)
        {
            LastWords = process.LastWords,
        });
    }

    private void Forget(WorkerProcess process)
    {
        Pipes -= process.Pipes;
        _bySerial.Remove(process.Serial);
        _byPid.Remove(process.Handle.Pid);
        guard?.Forget(process.Handle.Pid);
        if (process.Slot.Last == process) _ended.Add(process.Serial, process);
        if (process.Slot.Process == process) process.Slot.Process = null;
    }

    /// <summary>Nobody would hear of its end, nor find it among the strangers.</summary>
    private void Refuse(WorkerProcess process, WorkerStart start)
    {
        process.Handle.SendSignal(Signal.Kill);
        process.Handle.WaitForEnd(ToDie);
        Forget(process);
        start.Discard();
        Drop(start);
    }
}
