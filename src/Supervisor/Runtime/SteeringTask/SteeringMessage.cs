using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>A report from the steering task to the loop.</summary>
/// <param name="Process">Serial number of the process in the report.</param>
internal abstract record SteeringMessage(ulong Process) : Message
{

    /// <summary>The process's sockets have the worker's share of new connections.</summary>
    internal sealed record Placed(ulong Process) : SteeringMessage(Process);

    /// <summary>A draining process still has this many connections.</summary>
    internal sealed record Holds(ulong Process, int Connections) : SteeringMessage(Process);

    /// <summary>A draining process has no connections left, or there is nothing to wait for.</summary>
    internal sealed record Drained(ulong Process) : SteeringMessage(Process);

    /// <summary>The groups of a process are prepared for its end. The process may be stopped.</summary>
    internal sealed record EndPrepared(ulong Process) : SteeringMessage(Process);

    /// <summary>The steering task has noted the end of a process. Another may start.</summary>
    internal sealed record EndNoted(ulong Process) : SteeringMessage(Process);

    /// <summary>A process accepts nothing while others do, and gets no new connections. Or the process accepts again.</summary>
    internal sealed record Stalled(ulong Process, bool IsStuck) : SteeringMessage(Process);

    /// <summary>A process accepts nothing and must be replaced.</summary>
    internal sealed record FoundStuck(ulong Process, TimeSpan After) : SteeringMessage(Process);
}
