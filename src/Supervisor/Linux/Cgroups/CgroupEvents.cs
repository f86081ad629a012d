using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Cgroups;

/// <summary>
/// The file <c>cgroup.events</c> of a group. An <see cref="Epoll"/> reports <see cref="EpollEvents.Urgent"/> when it changes
/// after a read.
/// </summary>
internal sealed class CgroupEvents(int number) : Descriptor(number)
{
    /// <summary>True if a process is left in the group or in its descendants; false if the group no longer exists.</summary>
    public bool ReadPopulated() => CgroupDirectory.ReadFrom(this)?.Contains("populated 1", StringComparison.Ordinal) == true;

    /// <summary>
    /// Blocks until the file may have changed since its last read, or until <paramref name="patience"/> is over.
    /// </summary>
    public bool WaitForChange(TimeSpan patience)
    {
        const short urgent = 2; // POLLPRI
        return DescriptorWait.Until(this, urgent, patience);
    }
}
