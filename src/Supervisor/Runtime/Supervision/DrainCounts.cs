using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.Supervision;

/// <summary>The open connections of draining processes, as last counted. Only the loop's thread uses it.</summary>
internal sealed class DrainCounts
{
    private readonly Dictionary<ulong, int> _connections = [];

    /// <summary>Null if the connections of the process were not counted.</summary>
    public int? Of(WorkerProcess process) => _connections.TryGetValue(process.Serial, out var count) ? count : null;

    public void Set(WorkerProcess process, int connections) => _connections[process.Serial] = connections;

    public void Forget(WorkerProcess process) => _connections.Remove(process.Serial);
}
