using System.Collections.Concurrent;
using Reuseportd.Linux.ReusePort;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Serilog;

namespace Reuseportd.Runtime.Binds;

/// <summary>
/// Raises backlogs under the kernel method: no BPF program can, so the daemon takes the socket and calls listen(2) again. The
/// preload library and answered calls raise them by themselves.
/// </summary>
internal sealed class Backlogs(ILogger log)
{
    /// <summary>Processes with a call in progress: an exec of the process can hold it (pidfd_getfd(2)).</summary>
    private readonly ConcurrentDictionary<ulong, bool> _busy = [];

    /// <summary>Handles an outcome. Does not wait.</summary>
    public void Handle(WorkerProcess process, BindOutcome outcome)
    {
        if (outcome is not { IsKernels: true, Kind: OutcomeKind.Listen, Succeeded: true }) return;
        if (outcome.Socket is not { Matched: true } socket) return;
        if (!process.Method.UsesKernel || process.Slot.Spec.Process.Reuseport.Backlog is not { } wanted) return;
        if (socket.Inode == 0 || socket.Backlog >= wanted || !_busy.TryAdd(process.Serial, true)) return;
        var (name, root, pid) = (process.Slot.Name, process.Handle.Pid, outcome.Pid);
        Task.Run(() =>
        {
            var errno = Raise(new SharedSocket(socket.Inode, () => ProcessDescendants.Of(root), pid, descriptor: -1), wanted);
            _busy.TryRemove(process.Serial, out _);
            log.Outcome(name, root, outcome with
            {
                Socket = socket with { Backlog = wanted }, Result = errno == Errno.None ? "ok" : $"{errno}",
            });
        });
    }

    private static Errno Raise(SharedSocket socket, int backlog)
    {
        using var taken = socket.Take(out var errno);
        return taken?.Listen(backlog) ?? errno;
    }
}
