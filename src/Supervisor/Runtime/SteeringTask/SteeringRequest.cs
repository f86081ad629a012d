using Reuseportd.Linux.Steering;
using Reuseportd.Model;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>A request to the <see cref="Steerer"/>.</summary>
internal abstract record SteeringRequest
{
    private SteeringRequest() { }

    /// <summary>
    /// A process serves, or serves on more sockets, and takes over its worker's share. Answered by
    /// <see cref="SteeringMessage.Placed"/>.
    /// </summary>
    internal sealed record Serve(Placement Placement) : SteeringRequest;

    /// <summary>
    /// A process must get no new connections. Answered by <see cref="SteeringMessage.Drained"/> when none is left.
    /// </summary>
    /// <param name="Inherited">For a process of an earlier daemon that was not served by this one; else null.</param>
    /// <param name="IsWithAll">
    /// True if the whole host drains. No other process takes new connections, and load balancers send none: the process drains
    /// although it still accepts.
    /// </param>
    internal sealed record Withdraw(ulong Process, Placement? Inherited = null, bool IsWithAll = false) : SteeringRequest;

    /// <summary>
    /// The drain timeout of a process has passed. Answered by <see cref="SteeringMessage.Drained"/> when the process may end.
    /// </summary>
    internal sealed record Release(ulong Process) : SteeringRequest;

    /// <summary>
    /// A process is about to end, and no other process of its service starts in the meantime. Answered by
    /// <see cref="SteeringMessage.EndPrepared"/>.
    /// </summary>
    internal sealed record PrepareEnd(ulong Process) : SteeringRequest;

    /// <summary>
    /// A process has ended. Answered by <see cref="SteeringMessage.EndNoted"/> if <see cref="Steerer.FollowsOrder"/> is true.
    /// </summary>
    internal sealed record Ended(ulong Process, string Service) : SteeringRequest;

    /// <summary>
    /// A connection from <paramref name="ClientPort"/> to <paramref name="Port"/> must reach the process, with or without a
    /// share, until the visit ends.
    /// </summary>
    /// <param name="Done">Completed when the route is in place, as far as the steering program allows.</param>
    internal sealed record Visit(Placement Placement, int Port, int ClientPort, TaskCompletionSource Done) : SteeringRequest;

    /// <summary>The connection of a visit is made or has failed.</summary>
    internal sealed record VisitEnded(Visit Visited) : SteeringRequest;

    /// <summary>The kernel reports that no connection of a draining process is open any more.</summary>
    internal sealed record Idle(ulong Process) : SteeringRequest;

    /// <summary>
    /// All processes of an earlier daemon were served or withdrawn. Must be posted once, after these requests. Until then, each
    /// socket that gets new connections continues to get them, and no drain begins.
    /// </summary>
    internal sealed record Restored : SteeringRequest;

    /// <summary>Asks for the groups, for a later daemon. The steerer then changes nothing any more.</summary>
    internal sealed record Save(TaskCompletionSource<SteeringRecord> Done) : SteeringRequest;

    /// <summary>A service was removed. Its counts end.</summary>
    internal sealed record Forget(string Service) : SteeringRequest;

    /// <summary>Asks how many connections each worker was given.</summary>
    internal sealed record Count(TaskCompletionSource<IReadOnlyDictionary<WorkerName, GivenCounts>> Done) : SteeringRequest;
}
