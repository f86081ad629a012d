using Reuseportd.Model;
using Reuseportd.Runtime.Handover;

namespace Reuseportd.Api.Metrics;

/// <summary>
/// Sums of counters that begin anew with each process or socket. A counter that is gone keeps its last value, and so does a
/// worker that is gone. Not thread-safe.
/// </summary>
internal sealed class RunningTotals
{
    private readonly Dictionary<WorkerName, Worker> _workers = [];

    /// <summary>All workers with a sum, also those that are gone.</summary>
    public IEnumerable<WorkerName> Workers => _workers.Keys;

    /// <summary>Numbers of the counters that may still exist.</summary>
    public IReadOnlyCollection<ulong> PresentOf(WorkerName worker) =>
        _workers.TryGetValue(worker, out var known) ? known.Present : [];

    /// <summary>The sum of all counters that the worker has had; 0 for an unknown worker.</summary>
    public double Of(WorkerName worker) => _workers.TryGetValue(worker, out var known) ? known.Sum : 0;

    /// <summary>The sum of all counters that the worker has had, with a new reading.</summary>
    /// <param name="read">The counters that could be read, each with a number of its own.</param>
    /// <param name="isGone">
    /// True for a number that is proved to be gone. A counter that could not be read is not gone: it would count twice when it
    /// can be read again.
    /// </param>
    public double Of(WorkerName worker, ReadOnlySpan<(ulong Number, double Value)> read, Func<ulong, bool> isGone)
    {
        if (!_workers.TryGetValue(worker, out var known)) _workers.Add(worker, known = new Worker());
        known.Take(read, isGone);
        return known.Sum;
    }

    /// <summary>Workers without a count are left out: most workers never lose a connection.</summary>
    public SavedTotal[] Save() => [.. _workers.Where(one => one.Value.HasCount).Select(one => one.Value.Save(one.Key))];

    public void Restore(IEnumerable<SavedTotal> totals)
    {
        foreach (var total in totals) _workers[new WorkerName(total.Service, total.Index)] = Worker.Restore(total);
    }

    /// <summary>Workers that are gone keep their sum, as long as their service exists.</summary>
    public void Keep(Predicate<WorkerName> isThere, IReadOnlySet<string> services)
    {
        foreach (var gone in _workers.Keys.Where(worker => !isThere(worker)).ToArray())
        {
            if (services.Contains(gone.Service)) _workers[gone].End();
            else _workers.Remove(gone);
        }
    }

    private sealed class Worker
    {
        private readonly Dictionary<ulong, double> _last = [];
        private double _gone;

        public IReadOnlyCollection<ulong> Present => _last.Keys;

        public double Sum => _gone + _last.Values.Sum();

        public bool HasCount => _gone > 0 || _last.Values.Any(value => value > 0);

        public SavedTotal Save(WorkerName name) => new(name.Service, name.Index, _gone, new Dictionary<ulong, double>(_last));

        public static Worker Restore(SavedTotal total)
        {
            var worker = new Worker { _gone = total.Gone };
            foreach (var (number, value) in total.Present) worker._last.Add(number, value);
            return worker;
        }

        public void Take(ReadOnlySpan<(ulong Number, double Value)> read, Func<ulong, bool> isGone)
        {
            // Removal of an entry does not end the enumeration of a Dictionary.
            foreach (var (number, value) in _last)
            {
                if (!isGone(number)) continue;
                _gone += value;
                _last.Remove(number);
            }

            // A reading that is behind an earlier one is a rounding of the kernel.
            foreach (var (number, value) in read) _last[number] = Math.Max(value, _last.GetValueOrDefault(number));
        }

        public void End() => Take([], _ => true);
    }
}
