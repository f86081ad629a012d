using Reuseportd.Api.Contract;

namespace Reuseportd.Control.Top;

/// <summary>Values for each second, from the differences of two looks at the daemon; immutable.</summary>
internal sealed class Rates
{
    /// <summary>CPU time is counted in hundredths of a second: over less time, the percentage would be a guess.</summary>
    private const double LeastTime = 0.3;

    public static readonly Rates None = new(double.NegativeInfinity, [], []);

    private readonly double _at;
    private readonly Dictionary<string, WorkerStatus> _base;
    private readonly Dictionary<string, (double? Cpu, double? NewConnections)> _rates;

    private Rates(
        double at, Dictionary<string, WorkerStatus> from, Dictionary<string, (double? Cpu, double? NewConnections)> rates) =>
        (_at, _base, _rates) = (at, from, rates);

    /// <summary>The rates after one more look. A look that follows too soon changes nothing.</summary>
    public Rates After(StatusDocument status)
    {
        var time = status.Uptime - _at;
        if (time is >= 0 and < LeastTime) return this;
        var workers = status.Workers.DistinctBy(worker => worker.Name).ToDictionary(worker => worker.Name);
        var rates = new Dictionary<string, (double?, double?)>();
        foreach (var worker in workers.Values)
            if (_base.TryGetValue(worker.Name, out var former) && IsSame(former, worker))
                rates[worker.Name] = Between(former, worker);
        return new Rates(status.Uptime, workers, rates);
    }

    /// <summary>Percent of one CPU since the former look; since the start of the process if there is no former look.</summary>
    public double? CpuOf(WorkerStatus worker) =>
        worker.Pid is null ? null : _rates.GetValueOrDefault(worker.Name).Cpu ?? worker.CpuPercent;

    /// <summary>Null without a former look, and if the daemon does not count.</summary>
    public double? NewConnectionsOf(WorkerStatus worker) => _rates.GetValueOrDefault(worker.Name).NewConnections;

    private static bool IsSame(WorkerStatus former, WorkerStatus worker) =>
        former.Pid == worker.Pid && former.Generation == worker.Generation && worker.Uptime > former.Uptime;

    /// <summary>Counters of another daemon may begin anew: there is no rate below 0.</summary>
    private static (double? Cpu, double? NewConnections) Between(WorkerStatus former, WorkerStatus worker)
    {
        var time = worker.Uptime - former.Uptime;
        var cpu = 100 * (worker.CpuSeconds - former.CpuSeconds) / time;
        var given = worker.Given >= former.Given ? (worker.Given - former.Given) / time : null;
        return (cpu >= 0 ? cpu : null, given);
    }
}
