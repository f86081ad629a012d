using Reuseportd.Model;
using Reuseportd.Runtime.Handover;

namespace Reuseportd.Api.Metrics;

/// <summary>
/// Sums of counters that begin anew with each process or socket. A counter that is gone keeps its last value. Not thread-safe.
/// </summary>
internal sealed class RunningTotals
{
    private readonly Dictionary<WorkerName, Worker> _workers = [];

    /// <summary>The sum of all counters that the worker has had.</summary>
    /// <param name="present">The counters that exist now, each with a number of its own.</param>
    public double Of(WorkerName worker, ReadOnlySpan<(ulong Number, double Value)> present)
    {
        if (!_workers.TryGetValue(worker, out var known)) _workers.Add(worker, known = new Worker());
        known.Take(present);
        return known.Sum;
    }

    /// <summary>Workers without a count are left out: most workers never lose a connection.</summary>
    public SavedTotal[] Save() => [.. _workers.Where(one => one.Value.HasCount).Select(one => one.Value.Save(one.Key))];

    public void Restore(IEnumerable<SavedTotal> totals)
    {
        foreach (var total in totals) _workers[new WorkerName(total.Service, total.Index)] = Worker.Restore(total);
    }

    /// <summary>Forgets all workers but these.</summary>
    public void Keep(IReadOnlySet<WorkerName> workers)
    {
        foreach (var gone in _workers.Keys.Where(worker => !workers.Contains(worker)).ToArray()) _workers.Remove(gone);
    }

    private sealed class Worker
    {
        private readonly Dictionary<ulong, double> _last = [];
        private double _gone;

        public double Sum => _gone + _last.Values.Sum();

        public bool HasCount => _gone > 0 || _last.Values.Any(value => value > 0);

        public SavedTotal Save(WorkerName name) => new(name.Service, name.Index, _gone, new Dictionary<ulong, double>(_last));

        public static Worker Restore(SavedTotal total)
        {
            var worker = new Worker { _gone = total.Gone };
            foreach (var (number, value) in total.Present) worker._last.Add(number, value);
            return worker;
        }

        public void Take(ReadOnlySpan<(ulong Number, double Value)> present)
        {
            // Removal of an entry does not end the enumeration of a Dictionary.
            foreach (var (number, value) in _last)
            {
                if (Holds(present, number)) continue;
                _gone += value;
                _last.Remove(number);
            }

            // A reading that is behind an earlier one is a rounding of the kernel.
            foreach (var (number, value) in present) _last[number] = Math.Max(value, _last.GetValueOrDefault(number));
        }

        private static bool Holds(ReadOnlySpan<(ulong Number, double Value)> present, ulong number)
        {
            foreach (var one in present)
                if (one.Number == number) return true;
            return false;
        }
    }
}
