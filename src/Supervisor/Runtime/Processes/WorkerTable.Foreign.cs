using Reuseportd.Linux.Processes;
using Reuseportd.Model;
using Reuseportd.Runtime.Fleet;

namespace Reuseportd.Runtime.Processes;

/// <content>The ends of processes that are no children: an earlier daemon started them, and another process reaps them.</content>
internal sealed partial class WorkerTable
{
    /// <summary>Takes the end of a process that its parent reaps, or has reaped.</summary>
    /// <returns>
    /// Null if the kernel tells the status only when the parent reaps the process. epoll then reports the pidfd again. A daemon
    /// that stops does not wait for that.
    /// </returns>
    private ExitStatus? Release(WorkerProcess process)
    {
        if (EndedProcess.StatusOf(process.Handle) is { } status)
        {
            Close(process);
            return status;
        }

        if (!_isStopping) return null;
        Close(process);
        return ExitStatus.Unknown;
    }

    /// <summary>Forgets a process that has ended, and closes its pidfd.</summary>
    private void Close(WorkerProcess process)
    {
        descriptors.Remove(process.Handle, process.Serial);
        Forget(process);
        process.Handle.Dispose();
    }
}
