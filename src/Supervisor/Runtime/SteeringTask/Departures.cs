using Reuseportd.Linux.ReusePort;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// Lets processes go that get nothing new and have nothing left, or have had their time. A classic program knows the members of a
/// group by their places alone, and an end moves the others about: of such a group one process goes at a time, and the next when
/// that has been seen.
/// </summary>
internal sealed class Departures
{
    private readonly List<PlacedProcess> _waiting = [];
    private readonly List<PlacedProcess> _leaving = [];

    public void Add(PlacedProcess process)
    {
        if (!_waiting.Contains(process) && !_leaving.Contains(process)) _waiting.Add(process);
    }

    public void Gone(PlacedProcess process)
    {
        _waiting.Remove(process);
        _leaving.Remove(process);
    }

    /// <summary>To be called when all that is known of ends and of what processes have has been taken in.</summary>
    /// <returns>Those that may end now.</returns>
    public IReadOnlyList<PlacedProcess> Pass()
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
