using Reuseportd.Linux.Steering;
using Reuseportd.Model;

namespace Reuseportd.Runtime.SteeringTask;

/// <content>Connections given to workers. The counts of a group end with it, so they are kept here.</content>
internal sealed partial class SharedGroups
{
    /// <summary>Connections that groups gave to workers before they ended.</summary>
    private readonly Dictionary<WorkerName, GivenCounts> _ended = new(inherited.Ended);

    /// <summary>
    /// Connections given to each worker that a service has had. Empty if the steering program does not count.
    /// </summary>
    public IReadOnlyDictionary<WorkerName, GivenCounts> Counts()
    {
        var counts = new Dictionary<WorkerName, GivenCounts>(_ended);
        foreach (var group in _groups.Values) group.AddCounts(counts);
        return counts;
    }

    /// <summary>Forgets the counts of a service that was removed.</summary>
    public void Forget(string service)
    {
        foreach (var worker in _ended.Keys.Where(worker => worker.Service == service).ToArray()) _ended.Remove(worker);
    }
}
