using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Counters;

/// <summary>The counters of one service. Only the loop's thread uses them.</summary>
internal sealed class ServiceCounters
{
    /// <summary>A worker chooses the text of its outcome lines, so the number of names is bounded.</summary>
    private const int MostErrnos = 32;

    private const string OtherErrno = "other";

    private readonly SortedDictionary<UpdateResult, long> _updates = new(
        Enum.GetValues<UpdateResult>().ToDictionary(result => result, _ => 0L));

    /// <summary>The usual ones begin at 0: Prometheus sees no increase in a series that begins at 1.</summary>
    private readonly SortedDictionary<string, long> _bindFailures = new(StringComparer.Ordinal)
    {
        ["EACCES"] = 0, ["EADDRINUSE"] = 0, ["EADDRNOTAVAIL"] = 0,
    };

    /// <summary>By the number of the worker. A worker that is scaled away keeps its count, and goes on with it.</summary>
    private readonly SortedDictionary<int, long> _restarts = [];

    public long Cut { get; set; }

    public long Stalls { get; set; }

    public Histogram Start { get; } = new(Histogram.Times);

    public Histogram Drain { get; } = new(Histogram.Times);

    public Histogram Restart { get; } = new(Histogram.Times);

    public void Add(UpdateResult result, long count = 1) => _updates[result] += count;

    public void AddBindFailure(string errno, long count = 1)
    {
        if (_bindFailures.Count >= MostErrnos && !_bindFailures.ContainsKey(errno)) errno = OtherErrno;
        _bindFailures[errno] = _bindFailures.GetValueOrDefault(errno) + count;
    }

    public void AddRestarts(int worker, long count) => _restarts[worker] = _restarts.GetValueOrDefault(worker) + count;

    /// <summary>A worker of a daemon that has died has at least the restarts of its slot.</summary>
    public void RaiseRestarts(int worker, long least)
    {
        if (least > _restarts.GetValueOrDefault(worker)) _restarts[worker] = least;
    }

    public ServiceTotals Take(string name) => new(
        name, Cut, Stalls, [.. _updates.Select(one => (one.Key, one.Value))],
        [.. _bindFailures.Select(one => (one.Key, one.Value))], Start.Take(), Drain.Take(), Restart.Take())
    {
        Restarts = [.. _restarts.Select(one => (one.Key, one.Value))],
    };
}
