using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.Processes;

/// <summary>
/// Senders of readiness notifications whose worker's start has not ended for the loop: a program can be faster than the message
/// about its start. Only the loop's thread uses it.
/// </summary>
internal sealed class EarlySenders(WorkerTable workers, Starts starts)
{
    /// <summary>Further senders are ignored.</summary>
    private const int Most = 256;

    private readonly List<int> _pids = [];

    /// <summary>Remembers a sender of no known worker, if a start is in progress.</summary>
    public void Add(int pid)
    {
        if (!starts.IsEmpty && _pids.Count < Most) _pids.Add(pid);
    }

    /// <summary>Must be called after each start of a process.</summary>
    /// <returns>Workers of remembered senders.</returns>
    public IReadOnlyList<WorkerProcess> Take()
    {
        if (_pids.Count == 0) return [];
        List<WorkerProcess> found = [];
        _pids.RemoveAll(pid =>
        {
            if (Senders.WorkerOf(pid, workers) is not { } worker) return false;
            found.Add(worker);
            return true;
        });
        if (starts.IsEmpty) _pids.Clear();
        return found;
    }
}
