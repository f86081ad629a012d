using Reuseportd.Linux.Processes;

namespace Reuseportd.Linux.Trees;

/// <summary>Facts of a worker's process that is no child of the daemon, as an earlier daemon started it.</summary>
/// <param name="StartTime">As <see cref="ProcessEntry.StartTime"/>; 0 if the process had ended before.</param>
/// <param name="Parent">Pid of the process that became its parent. The kernel gives the orphans to the same process.</param>
internal sealed record ForeignRoot(ulong StartTime, int Parent)
{
    /// <summary>Gets the orphans of processes that have no subreaper.</summary>
    public const int Init = 1;

    /// <summary>
    /// False if no process had the number of the process's session and group at some time: a later session may have it.
    /// </summary>
    public bool HasNumber { get; init; } = true;

    public static ForeignRoot Of(int pid) =>
        ProcessEntry.Of(pid) is { } entry ? new ForeignRoot(entry.StartTime, entry.Parent) : new ForeignRoot(0, Init);
}
