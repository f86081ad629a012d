using Reuseportd.Linux;
using Reuseportd.Model;

namespace Reuseportd.Runtime;

/// <summary>
/// Lets processes go that have nothing left, or have had their time. A classic program knows the members of a group by their places alone, and an end moves the others about:
/// of such a group one process goes at a time, and the next when that has been seen.
/// </summary>
internal sealed class Departures(Mailbox mailbox)
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

    /// <summary>To be called when all that is known of ends has been taken in.</summary>
    public void Pass()
    {
        for (var at = 0; at < _waiting.Count;)
        {
            var process = _waiting[at];
            var ordered = process.Groups.Where(group => group.Steering.Kind == SteeringKind.Classic).ToArray();
            if (_leaving.Exists(other => other.Groups.Intersect(ordered).Any()))
            {
                at++;
                continue;
            }

            _waiting.RemoveAt(at);
            if (ordered.Length > 0) _leaving.Add(process);
            foreach (var group in ordered) group.Steering.Expect(process.In(group).Select(socket => socket.Inode));
            mailbox.Post(new Message.Drained(process.Placement.Process));
        }
    }
}
