using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>What the steering task reports to the loop.</summary>
/// <param name="Process">Serial number of the process that it is about.</param>
internal abstract record SteeringMessage(ulong Process) : Message
{

    /// <summary>A process's sockets have its worker's share of new connections.</summary>
    internal sealed record Placed(ulong Process) : SteeringMessage(Process);

    /// <summary>A process that is given nothing new still has this many connections.</summary>
    internal sealed record Holds(ulong Process, int Connections) : SteeringMessage(Process);

    /// <summary>A process that is given nothing new has nothing left, or nothing is to be waited for.</summary>
    internal sealed record Drained(ulong Process) : SteeringMessage(Process);

    /// <summary>The others of its groups keep their shares when this process ends: it may be told to.</summary>
    internal sealed record Expected(ulong Process) : SteeringMessage(Process);

    /// <summary>That a process has ended has been seen by who steers: another may come.</summary>
    internal sealed record Departed(ulong Process) : SteeringMessage(Process);

    /// <summary>A process accepts nothing while others do, and is given nothing new; or it accepts again.</summary>
    internal sealed record Stalled(ulong Process, bool IsStuck) : SteeringMessage(Process);

    /// <summary>A process that accepts nothing is to be replaced.</summary>
    internal sealed record FoundStuck(ulong Process, TimeSpan After) : SteeringMessage(Process);
}
