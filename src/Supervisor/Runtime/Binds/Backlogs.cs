using System.Collections.Concurrent;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Serilog;

namespace Reuseportd.Runtime.Binds;

/// <summary>
/// Raises backlogs under the kernel method: no BPF program can, so the daemon takes the socket and calls listen(2) again. The
/// preload library and answered calls raise them by themselves.
/// </summary>
internal sealed class Backlogs(Mailbox mailbox, ILogger log)
{
    /// <summary>An exec of a process can hold a call (pidfd_getfd(2)). Beyond this number, backlogs stay as they are.</summary>
    private const int Most = 256;

    /// <summary>Sockets with a call in progress.</summary>
    private readonly ConcurrentDictionary<(ulong Process, ulong Inode), bool> _busy = [];

    /// <summary>Handles an outcome. Does not wait.</summary>
    public void Handle(WorkerProcess process, BindOutcome outcome)
    {
        if (outcome is not { IsKernels: true, Kind: OutcomeKind.Listen, Succeeded: true }) return;
        if (outcome.Socket is not { Matched: true } socket) return;
        var reuseport = process.Slot.Spec.Process.Reuseport;
        if (!process.Method.UsesKernel || reuseport.Backlog is not { } wanted || socket.Backlog >= wanted) return;
        var key = (process.Serial, socket.Inode);
        var raised = outcome with { Socket = socket with { Backlog = wanted } };
        if (socket.Inode == 0 || _busy.Count >= Most || !_busy.TryAdd(key, true)) return;
        var (name, root, pid) = (process.Slot.Name, process.Handle.Pid, outcome.Pid);
        Task.Run(() =>
        {
            try
            {
                var errno = Raise(new SharedSocket(socket.Inode, () => ProcessDescendants.Of(root), pid, descriptor: -1), wanted);
                if (errno == Errno.None) mailbox.Post(new OutputMessage.OutcomeSeen(key.Serial, raised));
                if (errno != Errno.None) log.Outcome(name, root, outcome with { Result = $"{errno}" });
                else if (reuseport.Debug) log.Outcome(name, root, raised);
            }
            finally
            {
                _busy.TryRemove(key, out _);
            }
        });
    }

    private static Errno Raise(SharedSocket socket, int backlog)
    {
        using var taken = socket.Take(out var errno);
        return taken?.Listen(backlog) ?? errno;
    }
}
