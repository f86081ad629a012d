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

    /// <summary>If the process has ended, another one may have its pid, and /proc does not tell about it.</summary>
    public static ForeignRoot Of(Pidfd process) => ProcessEntry.Of(process.Pid) is { } entry && !process.HasEnded
        ? new ForeignRoot(entry.StartTime, entry.Parent)
        : new ForeignRoot(0, Init) { HasNumber = false };
}
