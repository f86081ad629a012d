using Reuseportd.Model;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>What happens to the processes of a worker that no failure explains.</summary>
internal abstract record WorkerActivity
{
    private WorkerActivity() { }

    /// <summary>The process accepts no connections while others do, and gets no new ones.</summary>
    internal sealed record Stuck : WorkerActivity;

    /// <summary>The worker's own process drains.</summary>
    internal sealed record Drains(int Connections) : WorkerActivity;

    /// <summary>The worker has a second process: its replacement, which starts, or its former process.</summary>
    /// <param name="Connections">Open connections of a process that drains; null where nobody has looked.</param>
    internal sealed record SecondProcess(int Pid, WorkerState State, int? Connections) : WorkerActivity;
}
