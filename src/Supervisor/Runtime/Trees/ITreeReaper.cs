using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Trees;

/// <summary>Ends the orphans of workers. Only the loop's thread uses it.</summary>
internal interface ITreeReaper : IDeadlineOwner
{
    /// <summary>Kills a process and its descendants.</summary>
    void Kill(WorkerProcess process);

    /// <summary>
    /// Ends the orphans of a reaped process. Adds <see cref="FleetEvent.TreeEnded"/> once, when none is left or the rest cannot
    /// be killed.
    /// </summary>
    void Sweep(WorkerProcess process);

    /// <summary>
    /// Counts the processes of an ended process's tree that the kernel killed because of the memory limit. Must be called before
    /// <see cref="Sweep"/>.
    /// </summary>
    long OomKills(WorkerProcess process);

    /// <summary>Handles the end of a child that is no worker.</summary>
    void AdoptedEnded();

    /// <summary>Ends all that is left when the daemon ends. The wait is bounded.</summary>
    void Finish();
}
