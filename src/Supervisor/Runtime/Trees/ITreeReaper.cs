using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Trees;

/// <summary>Ends what workers leave behind. Only the loop's thread uses it.</summary>
internal interface ITreeReaper : IDeadlineOwner
{
    /// <summary>Ends a process and all that came of it.</summary>
    void Kill(WorkerProcess process);

    /// <summary>
    /// Ends what a process that has been reaped left behind. <see cref="FleetEvent.TreeEnded"/> follows once, when nothing is left or
    /// what is left cannot be killed.
    /// </summary>
    void Sweep(WorkerProcess process);

    /// <summary>
    /// Processes of a tree whose process has ended that the kernel killed for its limit of memory. Before <see cref="Sweep"/>.
    /// </summary>
    long OomKills(WorkerProcess process);

    /// <summary>A child that is no worker has ended.</summary>
    void AdoptedEnded();

    /// <summary>Ends, at the end of the daemon, all that is left; waits for that, though not for ever.</summary>
    void Finish();
}
