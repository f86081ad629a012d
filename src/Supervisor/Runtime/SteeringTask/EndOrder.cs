using Reuseportd.Linux.Steering;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// Lets drained or timed-out processes end. A classic BPF program knows the members of a group only by position, and each end
/// changes positions. So a group with such a program loses one process at a time.
/// </summary>
internal sealed class EndOrder
{
    private readonly List<PlacedProcess> _waiting = [];
    private readonly List<PlacedProcess> _leaving = [];

    public void Add(PlacedProcess process)
    {
        if (!_waiting.Contains(process) && !_leaving.Contains(process)) _waiting.Add(process);
    }

    public void Remove(PlacedProcess process)
    {
        _waiting.Remove(process);
        _leaving.Remove(process);
    }

    /// <summary>Must be called after all known ends and connection counts were taken in.</summary>
    /// <returns>Processes that may end now.</returns>
    public IReadOnlyList<PlacedProcess> TakeReady()
    {
        List<PlacedProcess> free = [];
        foreach (var process in _waiting)
        {
            if (!process.IsEmpty && !process.IsReleased) continue;
            var ordered = process.Groups.Where(group => group.Steering.Kind == SteeringKind.Classic).ToArray();
            if (ordered.Length > 0 && _leaving.Exists(other => other.Groups.Intersect(ordered).Any())) continue;
            if (ordered.Length > 0) _leaving.Add(process);
            free.Add(process);
        }

        foreach (var process in free) _waiting.Remove(process);
        return free;
    }
}
