using Reuseportd.Linux;
using Reuseportd.Model;

namespace Reuseportd.Runtime;

/// <summary>
/// Probes that are commands. They run as their worker does, with its marks, so that what they leave behind is found with what
/// the worker leaves. Only the loop's thread uses it.
/// </summary>
internal sealed class ExecProbes(LaunchPad launchPad, Epoll epoll, Guard? guard)
{
    /// <summary>Set in the tokens of these in the loop's epoll, which is clear in the serial numbers of workers.</summary>
    private const ulong TokenBit = 1UL << 63;

    /// <summary>For a process to go after SIGKILL; one that hangs in the kernel is left.</summary>
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(1);

    private readonly Dictionary<ulong, Running> _running = [];
    private readonly DeadlineQueue<ulong> _deadlines = new();
    private readonly HashSet<int> _pids = [];
    private ulong _last;

    /// <summary>Whether a child of the daemon is one of them.</summary>
    public bool IsOwn(int pid) => _pids.Contains(pid);

    /// <returns>Null where it was started; else why not.</returns>
    public string? Start(WorkerProcess process, ValueList<Template> command, ProbeKind kind, TimeSpan timeout, TimeSpan now)
    {
        if (!launchPad.TryLaunchProbe(process, command, out var spawned, out var error)) return error.ToString();
        var token = TokenBit | ++_last;
        var watched = epoll.Add(spawned.Process, Linux.Readiness.Readable, token);
        if (watched != Errno.None)
        {
            // Nobody would hear of its end, nor find it among the strangers.
            ProcessGroup.Kill(spawned.Process.Pid);
            spawned.Process.WaitForEnd(LastWait);
            spawned.Process.Wait(out _);
            guard?.Forget(spawned.Process.Pid);
            spawned.Process.Dispose();
            return $"epoll_ctl: {watched}";
        }

        _running.Add(token, new Running(spawned.Process, process.Serial, kind, timeout));
        _pids.Add(spawned.Process.Pid);
        _deadlines.Add(token, now + timeout);
        return null;
    }

    public TimeSpan? NextWait(TimeSpan now) => _deadlines.NextWait(now);

    /// <summary>Kills those that have not ended in time.</summary>
    public void Pass(TimeSpan now)
    {
        while (_deadlines.TryTake(now, out var token, out _))
        {
            if (!_running.TryGetValue(token, out var running)) continue;
            running.IsLate = true;
            ProcessGroup.Kill(running.Handle.Pid);
        }
    }

    /// <summary>What became of the probe that a token of the epoll stands for.</summary>
    /// <returns>Null where it is none of these, or has not ended.</returns>
    public Message.ProbeAnswered? Reap(ulong token)
    {
        if ((token & TokenBit) == 0 || !_running.TryGetValue(token, out var running) || !running.Handle.HasEnded) return null;
        // While it is not reaped its number can be no other group's.
        ProcessGroup.Kill(running.Handle.Pid);
        _ = running.Handle.Wait(out var status);
        epoll.Remove(running.Handle);
        _running.Remove(token);
        _pids.Remove(running.Handle.Pid);
        guard?.Forget(running.Handle.Pid);
        running.Handle.Dispose();
        var failure = running.IsLate
            ? $"the command had not ended after {Observability.DurationText.Of(running.Timeout)}"
            : Failure(status);
        return new Message.ProbeAnswered(running.Process, running.Kind, failure);
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

    private static string? Failure(ExitStatus? status) => status switch
    {
        { Success: true } => null,
        { Signaled: true } signaled => $"the command was {signaled}",
        { } exited => $"the command ended with {exited}",
        null => "how the command ended is not known",
    };

    private sealed class Running(Pidfd handle, ulong process, ProbeKind kind, TimeSpan timeout)
    {
        public Pidfd Handle { get; } = handle;

        public ulong Process { get; } = process;

        public ProbeKind Kind { get; } = kind;

        public TimeSpan Timeout { get; } = timeout;

        public bool IsLate { get; set; }
    }
}
