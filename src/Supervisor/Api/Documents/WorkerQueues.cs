using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>The accept queues of all listeners of the network namespace at one moment.</summary>
internal sealed class WorkerQueues
{
    private readonly Dictionary<ulong, ListenQueue> _byInode;

    /// <summary>False if the kernel gave no list, or a part of it.</summary>
    private readonly bool _isWhole;

    private WorkerQueues(IEnumerable<ListenQueue> all, bool isWhole) =>
        (_byInode, _isWhole) = (all.DistinctBy(queue => queue.Inode).ToDictionary(queue => queue.Inode), isWhole);

    /// <summary>One dump of the kernel's listeners. Without sock_diag(7) no queue is known.</summary>
    public static WorkerQueues Read()
    {
        List<ListenQueue> all = [];
        try
        {
            using var diag = new SockDiag();
            return new WorkerQueues(all, diag.ListenQueues(all) == Errno.None);
        }
        catch (LinuxException)
        {
            // A container may forbid the socket family, or no descriptor is free.
            return new WorkerQueues([], isWhole: false);
        }
    }

    /// <summary>The queues of the worker's listeners that its outcome lines have named; empty if none is known.</summary>
    public ListenQueue[] Of(WorkerSnapshot worker) => Of(worker.Sockets);

    /// <summary>The queues of those sockets that listen.</summary>
    public ListenQueue[] Of(IReadOnlyCollection<ulong> sockets) =>
        sockets.Count == 0 ? [] : [.. sockets.Distinct().Where(_byInode.ContainsKey).Select(inode => _byInode[inode])];

    /// <summary>True if the socket is proved to listen no more.</summary>
    public bool IsClosed(ulong socket) => _isWhole && !_byInode.ContainsKey(socket);

    /// <summary>The sums of the worker's listeners; null if none is known.</summary>
    public static (long? Waiting, long? Limit) Sum(ListenQueue[] queues) =>
        queues.Length == 0 ? (null, null) : (queues.Sum(queue => queue.Waiting), queues.Sum(queue => queue.Limit));
}
