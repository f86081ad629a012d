using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>The accept queues of all listeners of the network namespace at one moment.</summary>
internal sealed class WorkerQueues
{
    private readonly Dictionary<ulong, ListenQueue> _byInode;

    private WorkerQueues(IEnumerable<ListenQueue> all) =>
        _byInode = all.DistinctBy(queue => queue.Inode).ToDictionary(queue => queue.Inode);

    /// <summary>One dump of the kernel's listeners. Without sock_diag(7) no queue is known.</summary>
    public static WorkerQueues Read()
    {
        List<ListenQueue> all = [];
        try
        {
            using var diag = new SockDiag();
            _ = diag.ListenQueues(all);
        }
        catch (LinuxException)
        {
            // A container may forbid the socket family.
        }

        return new WorkerQueues(all);
    }

    /// <summary>The queues of the worker's listeners that its outcome lines have named; empty if none is known.</summary>
    public ListenQueue[] Of(WorkerSnapshot worker) =>
        [.. worker.Sockets.Distinct().Where(_byInode.ContainsKey).Select(inode => _byInode[inode])];

    /// <summary>The sums of the worker's listeners; null if none is known.</summary>
    public static (long? Waiting, long? Limit) Sum(ListenQueue[] queues) =>
        queues.Length == 0 ? (null, null) : (queues.Sum(queue => queue.Waiting), queues.Sum(queue => queue.Limit));
}
