using Reuseportd.Linux.Sharding;
using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.Supervision;

/// <summary>The open connections of draining processes. Only the loop's thread uses it.</summary>
/// <param name="programs">The BPF programs that count connections; null without them.</param>
internal sealed class DrainCounts(ShardingPrograms? programs)
{
    private readonly Dictionary<ulong, int> _connections = [];

    /// <summary>The present number if the kernel counts, else the last one. Null if the connections were not counted.</summary>
    public int? Of(WorkerProcess process) =>
        !_connections.TryGetValue(process.Serial, out var count) ? null
        : process.Method.UsesKernel && programs?.ConnectionsOf(process.GroupId) is { } counted
            ? (int)Math.Min(counted, int.MaxValue)
        : count;

    public void Set(WorkerProcess process, int connections) => _connections[process.Serial] = connections;

    public void Forget(WorkerProcess process) => _connections.Remove(process.Serial);
}
