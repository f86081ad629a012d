using Reuseportd.Linux.Interop;

namespace Reuseportd.Linux.Cgroups;

/// <summary>
/// <c>cgroup.events</c> of a group: becomes <see cref="EpollEvents.Urgent"/> in an <see cref="Epoll"/> when it changes after a
/// read.
/// </summary>
internal sealed unsafe class CgroupEvents(int number) : Descriptor(number)
{
    /// <summary>Whether a process is left in the group or in those below it. A group that is gone has none.</summary>
    public bool ReadPopulated() => CgroupDirectory.ReadFrom(this)?.Contains("populated 1", StringComparison.Ordinal) == true;

    /// <summary>Blocks until it may have changed since it was last read, or <paramref name="patience"/> is over.</summary>
    public bool WaitForChange(TimeSpan patience)
    {
        const short urgent = 2; // POLLPRI
        var entry = new Libc.PollEntry { Descriptor = Number, Events = urgent };
        return Libc.Poll(&entry, 1, (int)Math.Ceiling(patience.TotalMilliseconds)) > 0;
    }
}
