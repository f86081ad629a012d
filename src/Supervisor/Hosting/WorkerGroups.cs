using Reuseportd.Configuration.Reading;
using Reuseportd.Linux.Cgroups;
using Reuseportd.Model;

namespace Reuseportd.Hosting;

/// <summary>
/// The control groups that the daemon may have, found before the configuration is judged, and taken when it is known to be good.
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

    /// <summary>What limits of workers are judged against.</summary>
    public ControllerOffer Offer { get; }

    public static WorkerGroups Find() => new(CgroupSubtree.TryFind(out var obstacle), obstacle);

    /// <summary>Moves the daemon into its own group, and ends what an earlier daemon left in the others.</summary>
    /// <param name="obstacle">Why there is none, as the end of a sentence; null where there is one.</param>
    public CgroupSubtree? Enter(out string? obstacle)
    {
        obstacle = _obstacle;
        if (_subtree is null) return null;
        if (_subtree.TryEnter(out obstacle)) return _subtree;
        _obstacle = obstacle;
        _subtree.Dispose();
        _subtree = null;
        return null;
    }

    public void Dispose() => _subtree?.Dispose();

    private static string ListOf(ValueList<string> names) => names.Count == 0 ? "none of cpu, memory and pids" : string.Join(' ', names);
}
