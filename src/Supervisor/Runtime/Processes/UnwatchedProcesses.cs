using Reuseportd.Linux.Processes;

namespace Reuseportd.Runtime.Processes;

/// <summary>
/// Started processes that epoll cannot watch, so that their ends would go unnoticed. They are killed, and each SIGCHLD has them
/// looked at. They are no orphans: <see cref="Subreaper"/> does not see the children of the launcher's threads. Only the loop's
/// thread uses it.
/// </summary>
internal sealed class UnwatchedProcesses
{
    private readonly List<Start> _starts = [];

    /// <summary>Processes that are not reaped yet.</summary>
    public int Count => _starts.Count;

    /// <summary>Kills the process. Does not wait for its end, which a disk can delay.</summary>
    public void End(Start start)
    {
        if (start.Spawned is not { } spawned) return;
        ProcessGroup.Kill(spawned.Process.Pid);
        // The signal of a process that ended before was handled already.
        if (!start.TryDiscard()) _starts.Add(start);
    }

    /// <summary>Reaps those that have ended.</summary>
    public void Reap()
    {
        if (_starts.Count > 0) _starts.RemoveAll(start => start.TryDiscard());
    }
}
