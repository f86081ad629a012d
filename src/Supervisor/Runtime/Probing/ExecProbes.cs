using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Processes;

namespace Reuseportd.Runtime.Probing;

/// <summary>
/// Probes that are commands. They run as their worker does, with its marks, so that what they leave behind is found with what
/// the worker leaves. Only the loop's thread uses it.
/// </summary>
internal sealed class ExecProbes(LaunchPad launchPad, Starts starts, Epoll epoll, Guard? guard)
{
    /// <summary>Set in the tokens of these in the loop's epoll, which is clear in the serial numbers of workers.</summary>
    private const ulong TokenBit = 1UL << 63;

    /// <summary>For a process to go after SIGKILL; one that hangs in the kernel is left.</summary>
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(1);

    private readonly Dictionary<ulong, Running> _running = [];
    private readonly DeadlineQueue<ProbeStart> _deadlines = new();
    private readonly HashSet<int> _pids = [];
    private ulong _last;

    /// <summary>Those that run.</summary>
    public int Count => _running.Count;

    /// <summary>Whether a child of the daemon is one of them.</summary>
    public bool IsOwn(int pid) => _pids.Contains(pid);

    /// <summary>Begins one; what comes of it <see cref="Launched"/> tells, and then <see cref="Reap"/>.</summary>
    public void Begin(WorkerProcess process, ValueList<Template> command, ProbeKind kind, TimeSpan timeout, TimeSpan now)
    {
        var start = new ProbeStart(launchPad, process, process.Slot.Spec, command, kind, timeout);
        _deadlines.Add(start, now + timeout);
        starts.Begin(start);
    }

    /// <summary>Takes over what came of a start.</summary>
    /// <returns>The answer where it failed; null where it is still to come.</returns>
    public ProbeMessage.ProbeAnswered? Launched(ProbeStart start)
    {
        if (start.Spawned is not { Process: var handle })
        {
            var failure = start.IsLate ? TooLate(start) : (start.LateError ?? start.Error)?.ToString() ?? "the command could not be started";
            return Answer(start, failure);
        }

        var token = TokenBit | ++_last;
        var watched = epoll.Add(handle, WorkerTable.ExitOnce, token);
        if (watched != Errno.None)
        {
            // Nobody would hear of its end, nor find it among the strangers.
            ProcessGroup.Kill(handle.Pid);
            handle.WaitForEnd(LastWait);
            handle.Wait(out _);
            guard?.Forget(handle.Pid);
            handle.Dispose();
            return Answer(start, $"epoll_ctl: {watched}");
        }

        _running.Add(token, new Running(handle, start));
        _pids.Add(handle.Pid);
        // Its time was over when it had just come about.
        if (start.IsLate) ProcessGroup.Kill(handle.Pid);
        return null;
    }

    public TimeSpan? NextWait(TimeSpan now) => _deadlines.NextWait(now);

    /// <summary>Kills those that have not ended in time.</summary>
    public void Pass(TimeSpan now)
    {
        while (_deadlines.TryTake(now, out var start, out _))
        {
            if (start.IsAnswered) continue;
            start.IsLate = true;
            if (start.Control.Stop()) continue;
            if (start.Spawned is { } spawned) ProcessGroup.Kill(spawned.Process.Pid);
        }
    }

    /// <summary>What became of the probe that a token of the epoll stands for.</summary>
    /// <returns>Null where it is none of these, or has not ended.</returns>
    public ProbeMessage.ProbeAnswered? Reap(ulong token)
    {
        if ((token & TokenBit) == 0 || !_running.TryGetValue(token, out var running) || !running.Handle.HasEnded) return null;
        // While it is not reaped its number can be no other group's.
        ProcessGroup.Kill(running.Handle.Pid);
        var errno = running.Handle.Wait(out var status);
        // A tracer holds its exit (ptrace(2)): it is reaped when the tracer lets go.
        if (errno == Errno.None && status is null) status = EndedProcess.StatusOf(running.Handle.Pid);
        else Forget(token, running);
        if (running.Start.IsAnswered) return null;
        return Answer(running.Start, running.Start.IsLate ? TooLate(running.Start) : Failure(status));
    }

    /// <summary>Kills and reaps all of them, when the daemon ends.</summary>
    public void KillAll()
    {
        foreach (var (token, running) in _running.ToArray())
        {
            ProcessGroup.Kill(running.Handle.Pid);
            if (running.Handle.WaitForEnd(LastWait)) Reap(token);
        }
    }

    private void Forget(ulong token, Running running)
    {
        epoll.Remove(running.Handle);
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

    private static ProbeMessage.ProbeAnswered Answer(ProbeStart start, string? failure)
    {
        start.IsAnswered = true;
        return new ProbeMessage.ProbeAnswered(start.Process.Serial, start.Kind, failure);
    }

    private sealed record Running(Pidfd Handle, ProbeStart Start);
}
