using Reuseportd.Linux.Trees;
using Reuseportd.Model;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>A process of a worker beside its own.</summary>
/// <param name="Foreign">As of <see cref="WorkerSnapshot.Foreign"/>.</param>
internal sealed record SecondProcess(int Pid, WorkerState State, ForeignRoot? Foreign);

/// <summary>An activity of the processes of a worker that is not a failure.</summary>
internal abstract record WorkerActivity
{
    private WorkerActivity() { }

    /// <summary>The process accepts no connections while other workers do, and gets no new connections.</summary>
    internal sealed record Stuck : WorkerActivity;

    /// <summary>The worker's own process drains.</summary>
    internal sealed record Drains(int Connections) : WorkerActivity;

    /// <summary>The worker has a second process: its replacement, which starts, or its former process.</summary>
    /// <param name="Connections">Open connections of a process that drains; null if the daemon has not counted them.</param>
    internal sealed record SecondProcess(int Pid, WorkerState State, int? Connections) : WorkerActivity;
}
