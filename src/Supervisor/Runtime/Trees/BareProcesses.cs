using Reuseportd.Linux.Processes;

namespace Reuseportd.Runtime.Trees;

/// <summary>
/// Processes whose environment is empty. During an execve(2) it is, and then has the marks of a worker; a process can also have
/// none, which <c>env -i</c> starts so. Only the loop's thread uses it.
/// </summary>
internal sealed class BareProcesses
{
    /// <summary>Rounds in which an execve(2) ends.</summary>
    private const int RoundsOfExec = 20;

    private Dictionary<(int Pid, ulong StartTime), int> _earlier = [];
    private Dictionary<(int Pid, ulong StartTime), int> _rounds = [];

    /// <summary>Forgets the processes that the last round has not found.</summary>
    public void BeginRound()
    {
        (_earlier, _rounds) = (_rounds, _earlier);
        _rounds.Clear();
    }

    /// <summary>Notes a process without an environment; at most once in a round.</summary>
    /// <returns>False if it has had none for so many rounds that it will get none.</returns>
    public bool MayChange(ProcessEntry process)
    {
        var key = (process.Pid, process.StartTime);
        var rounds = _earlier.GetValueOrDefault(key) + 1;
        _rounds[key] = Math.Min(rounds, RoundsOfExec);
        return rounds < RoundsOfExec;
    }
}
