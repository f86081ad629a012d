using Reuseportd.Linux.Processes;

namespace Reuseportd.Runtime.Processes;

/// <summary>
/// Started processes that epoll cannot watch, so that the daemon would not notice their ends. The daemon kills them, and checks
/// them at each SIGCHLD. They are not orphans. Only the loop's thread uses it.
/// </summary>
internal sealed class UnwatchedProcesses
{
    private readonly List<Start> _starts = [];

    /// <summary>Processes that are not reaped yet.</summary>
    public int Count => _starts.Count;

    public bool IsOwn(int pid) => _starts.Exists(start => start.Spawned?.Process.Pid == pid);

    /// <summary>Kills the process. Does not wait for its end, which a disk can delay.</summary>
    public void End(Start start)
    {
        if (start.Spawned is not { } spawned) return;
        ProcessGroup.Kill(spawned.Process.Pid);
        // A process that has ended already sends no further SIGCHLD.
        if (!start.TryDiscard()) _starts.Add(start);
    }

    /// <summary>Reaps the processes that have ended.</summary>
    public void Reap()
    {
        if (_starts.Count > 0) _starts.RemoveAll(start => start.TryDiscard());
    }
}
