using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Processes;

namespace Reuseportd.Runtime.Trees;

/// <summary>Ends what workers leave behind. Only the loop's thread uses it.</summary>
internal interface ITreeReaper
{
    /// <summary>
    /// Called once for each <see cref="Sweep"/>, possibly within it: nothing is left, or what is left cannot be killed.
    /// </summary>
    Action<WorkerSlot>? Ended { get; set; }

    /// <summary>Ends a process and all that came of it.</summary>
    void Kill(WorkerProcess process);

    /// <summary>Ends what a process that has been reaped left behind.</summary>
    void Sweep(WorkerProcess process);

    /// <summary>
    /// Processes of a tree whose process has ended that the kernel killed for its limit of memory. Before <see cref="Sweep"/>.
    /// </summary>
    long OomKills(WorkerProcess process);

    /// <summary>A descriptor that it watches is ready.</summary>
    void Wake(ulong token);

    /// <summary>A child that is no worker has ended.</summary>
    void AdoptedEnded();

    TimeSpan? NextWait(TimeSpan now);

    /// <summary>Does what is due.</summary>
    /// <param name="busy">Whether processes wait to be started, which go first for a while.</param>
    void Pass(TimeSpan now, bool busy);

    /// <summary>Ends, at the end of the daemon, all that is left; waits for that, though not for ever.</summary>
    void Finish();
}
