using System.Collections;
using System.Collections.Immutable;

namespace Reuseportd.Planning.RollingUpdates;

/// <summary>A queue of distinct worker numbers. All calls are O(log n).</summary>
internal sealed class WorkerQueue : IReadOnlyCollection<int>
{
    private readonly ImmutableSortedSet<(int Place, int Worker)> _order;
    private readonly ImmutableDictionary<int, int> _places;
    private readonly int _nextPlace;

    private WorkerQueue(ImmutableSortedSet<(int Place, int Worker)> order, ImmutableDictionary<int, int> places, int nextPlace) =>
        (_order, _places, _nextPlace) = (order, places, nextPlace);

    public static WorkerQueue Empty { get; } = new([], ImmutableDictionary<int, int>.Empty, 0);

    public int Count => _order.Count;

    /// <summary>The worker at the front. The queue must not be empty.</summary>
    public int First => _order.Min.Worker;

    public bool Contains(int worker) => _places.ContainsKey(worker);

    /// <summary>Adds workers at the end. A worker that is in the queue keeps its place.</summary>
    public WorkerQueue With(params IEnumerable<int> workers)
    {
        var (order, places, next) = (_order.ToBuilder(), _places.ToBuilder(), _nextPlace);
        foreach (var worker in workers)
            if (places.TryAdd(worker, next)) order.Add((next++, worker));
        return next == _nextPlace ? this : new(order.ToImmutable(), places.ToImmutable(), next);
    }

    public WorkerQueue Without(int worker) =>
        _places.TryGetValue(worker, out var place)
            ? new(_order.Remove((place, worker)), _places.Remove(worker), _nextPlace)
            : this;

    public IEnumerator<int> GetEnumerator() => _order.Select(entry => entry.Worker).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
