using Reuseportd.Configuration.Reading;
using Reuseportd.Linux.Cgroups;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>
/// The cgroups that the daemon may use. It finds them before it validates the configuration, and enters them after that.
/// </summary>
internal sealed class WorkerGroups : IDisposable
{
    private CgroupSubtree? _subtree;
    private string _obstacle;

    private WorkerGroups(CgroupSubtree? subtree, string obstacle)
    {
        (_subtree, _obstacle) = (subtree, obstacle);
        Offer = subtree is null
            ? new ControllerOffer([], obstacle)
            : new ControllerOffer(subtree.Offered, $"the cgroup {subtree.Path} has {ListOf(subtree.Offered)}");
    }

    /// <summary>The controllers that limits of workers need.</summary>
    public ControllerOffer Offer { get; }

    public static WorkerGroups Find() => new(CgroupSubtree.TryFind(out var obstacle), obstacle);

    /// <summary>Moves the daemon into its own cgroup, and ends processes that an earlier daemon left in the others.</summary>
    /// <param name="kept">Groups of processes that live on.</param>
    /// <param name="obstacle">The reason why workers get no cgroups, as the end of a sentence; null on success.</param>
    public CgroupSubtree? Enter(IReadOnlySet<string> kept, out string? obstacle)
    {
        obstacle = _obstacle;
        if (_subtree is null) return null;
        if (_subtree.TryEnter(kept, out obstacle)) return _subtree;
        _obstacle = obstacle;
        _subtree.Dispose();
        _subtree = null;
        return null;
    }

    /// <summary><c>reuseportd --release-controllers</c>, for <c>ExecStopPost=</c> of the unit.</summary>
    public static int ReleaseControllers()
    {
        var errno = ControllerRelease.OfUnit(File.ReadAllText("/proc/self/mountinfo"), File.ReadAllText("/proc/self/cgroup"));
        if (errno == Errno.None) return ExitCode.Ok;
        Console.Error.WriteLine($"reuseportd: the controllers of the workers cannot be released: {errno}");
        return ExitCode.Software;
    }

    public void Dispose() => _subtree?.Dispose();

    private static string ListOf(ValueList<string> names) =>
        names.Count == 0 ? "none of cpu, memory and pids" : string.Join(' ', names);
}
