using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Processes;

namespace Reuseportd.Runtime.Probing;

/// <summary>
/// Probes that run a command. A command runs with its worker's user and marks, so the processes that it leaves behind are found
/// with the worker's orphans. Only the loop's thread uses it.
/// </summary>
internal sealed class ExecProbes(
    LaunchPad launchPad,
    Starts starts,
    DescriptorTable descriptors,
    UnwatchedProcesses unwatched,
    Mailbox mailbox,
    Guard? guard) : IDescriptorOwner, IDeadlineOwner
{
    /// <summary>Time that a process gets to end after SIGKILL. A process that hangs in the kernel is left.</summary>
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(1);

    private readonly Dictionary<ulong, Running> _running = [];
    private readonly DeadlineQueue<ProbeStart> _deadlines = new();
    private readonly HashSet<int> _pids = [];

    /// <summary>The number of running commands.</summary>
    public int Count => _running.Count;

    /// <summary>True if a child of the daemon is a probe's command.</summary>
    public bool IsOwn(int pid) => _pids.Contains(pid);

    /// <summary>Begins a probe. The result arrives in <see cref="Launched"/>, and then in <see cref="Wake"/>.</summary>
    public void Begin(WorkerProcess process, ValueList<Template> command, ProbeKind kind, TimeSpan timeout, TimeSpan now)
    {
        var start = new ProbeStart(launchPad, process, process.Slot.Spec, command, kind, timeout);
        _deadlines.Add(start, now + timeout);
        starts.Begin(start);
    }

    /// <summary>Takes over a finished start.</summary>
    public void Launched(ProbeStart start)
    {
        if (start.Spawned is not { Process: var handle })
        {
            var failure = (start.LateError ?? start.Error)?.ToString() ?? "the command could not be started";
            Answer(start, start.IsLate ? TooLate(start) : failure);
            return;
        }

        var token = descriptors.NextToken();
        var watched = descriptors.Add(handle, WorkerTable.ExitOnce, token, this);
        if (watched != Errno.None)
        {
            guard?.Forget(handle.Pid);
            unwatched.End(start);
            Answer(start, $"epoll_ctl: {watched}");
            return;
        }

        _running.Add(token, new Running(handle, start));
        _pids.Add(handle.Pid);
        // The timeout passed while the start was finishing.
        if (start.IsLate) ProcessGroup.Kill(handle.Pid);
    }

    public TimeSpan? NextWait(TimeSpan now) => _deadlines.NextWait(now);

    /// <summary>Kills commands that have exceeded their timeout.</summary>
    public void HandleDue(TimeSpan now)
    {
        while (_deadlines.TryTake(now, out var start, out _))
        {
            if (start.IsAnswered) continue;
            start.IsLate = true;
            if (start.Control.Stop()) continue;
            if (start.Spawned is { } spawned) ProcessGroup.Kill(spawned.Process.Pid);
        }
    }

    /// <summary>Reaps a command that has ended.</summary>
    public void Wake(ulong token)
    {
        if (!_running.TryGetValue(token, out var running) || !running.Handle.HasEnded) return;
        // While the command is a zombie, no other process group can have the same number.
        ProcessGroup.Kill(running.Handle.Pid);
        var errno = running.Handle.Wait(out var status);
        // A tracer holds the command's exit (ptrace(2)). The command is reaped when the tracer lets go.
        if (errno == Errno.None && status is null) status = EndedProcess.StatusOf(running.Handle.Pid);
        else Forget(token, running);
        if (running.Start.IsAnswered) return;
        Answer(running.Start, running.Start.IsLate ? TooLate(running.Start) : Failure(status));
    }

    /// <summary>Kills and reaps all commands when the daemon ends.</summary>
    public void KillAll()
    {
        foreach (var (token, running) in _running.ToArray())
        {
            ProcessGroup.Kill(running.Handle.Pid);
            if (running.Handle.WaitForEnd(LastWait)) Wake(token);
        }
    }

    private void Forget(ulong token, Running running)
    {
        descriptors.Remove(running.Handle, token);
        _running.Remove(token);
        _pids.Remove(running.Handle.Pid);
        guard?.Forget(running.Handle.Pid);
        running.Handle.Dispose();
    }

    private static string? Failure(ExitStatus? status) => status switch
    {
        { Success: true } => null,
        { Signaled: true } signaled => $"the command was {signaled}",
        { } exited => $"the command ended with {exited}",
        null => "how the command ended is not known",
    };

    private static string TooLate(ProbeStart start) => $"the command had not ended after {DurationText.Of(start.Timeout)}";

    private void Answer(ProbeStart start, string? failure)
    {
        start.IsAnswered = true;
        mailbox.Post(new ProbeMessage.ProbeAnswered(start.Process.Serial, start.Kind, failure));
    }

    private sealed record Running(Pidfd Handle, ProbeStart Start);
}
