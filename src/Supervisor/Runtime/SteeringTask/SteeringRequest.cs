using Reuseportd.Linux.ReusePort;
using Reuseportd.Model;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>What is asked of the <see cref="Steerer"/>.</summary>
internal abstract record SteeringRequest
{
    private SteeringRequest() { }

    /// <summary>
    /// A process serves, or serves on more sockets: it takes over its worker's share. Answered by <see cref="SteeringMessage.Placed"/>.
    /// </summary>
    internal sealed record Serve(Placement Placement) : SteeringRequest;

    /// <summary>A process is to get nothing new. Answered by <see cref="SteeringMessage.Drained"/> once it has nothing left.</summary>
    internal sealed record Withdraw(ulong Process) : SteeringRequest;

    /// <summary>
    /// A process that gets nothing new has had its time. Answered by <see cref="SteeringMessage.Drained"/> when it may end.
    /// </summary>
    internal sealed record Release(ulong Process) : SteeringRequest;

    /// <summary>
    /// A process is about to end, and no other of its service starts meanwhile. Answered by <see cref="SteeringMessage.Expected"/>.
    /// </summary>
    internal sealed record Expect(ulong Process) : SteeringRequest;

    /// <summary>
    /// A process has ended. Answered by <see cref="SteeringMessage.Departed"/> where <see cref="Steerer.FollowsOrder"/>.
    /// </summary>
    internal sealed record Gone(ulong Process, string Service) : SteeringRequest;

    /// <summary>
    /// A connection from this port to <paramref name="Port"/> is to reach the process, be it steered to or not, until the visit
    /// has ended.
    /// </summary>
    /// <param name="Done">Completed when it will, as far as that can be had.</param>
    internal sealed record Visit(Placement Placement, int Port, int ClientPort, TaskCompletionSource Done) : SteeringRequest;

    /// <summary>The connection is made, or given up.</summary>
    internal sealed record VisitEnded(Visit Visited) : SteeringRequest;

    /// <summary>How much each worker was given.</summary>
    internal sealed record Count(TaskCompletionSource<IReadOnlyDictionary<WorkerName, SlotCounts>> Done) : SteeringRequest;
}
