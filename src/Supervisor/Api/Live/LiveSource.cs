using Reuseportd.Api.Metrics;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Live;

/// <summary>The facts of two moments that the tables are made of.</summary>
/// <param name="Former">The facts before; null for the first. Rates need them.</param>
/// <param name="HasDetails">False for clients that may not see the configuration.</param>
internal sealed record LiveSource(MetricsFacts Facts, MetricsFacts? Former, bool HasDetails)
{
    public FleetSums Sums { get; init; } = FleetSums.From(Facts);

    public FleetSums? FormerSums { get; init; }

    public TimeSpan Time => Facts.Fleet.Now - (Former?.Fleet.Now ?? TimeSpan.Zero);
}

/// <summary>A worker of the facts.</summary>
internal readonly record struct WorkerSource(LiveSource From, WorkerSnapshot Worker)
{
    public WorkerUsage? Usage => From.Facts.Usage.GetValueOrDefault(Worker.Name);

    public double? CpuPercent => Rates.Percent(
        From.Former?.Usage.GetValueOrDefault(Worker.Name)?.CpuSeconds, Usage?.CpuSeconds, From.Time);

    public double? Given => Rates.Of(GivenOf(From.Former, Worker.Name), GivenOf(From.Facts, Worker.Name), From.Time);

    private static double? GivenOf(MetricsFacts? facts, WorkerName worker) =>
        facts is not null && facts.Shares.Counts.TryGetValue(worker, out var counts) ? counts.Given : null;
}

/// <summary>A service of the facts.</summary>
internal readonly record struct ServiceSource(LiveSource From, ServiceSnapshot Service)
{
    public ServiceSum Sum => From.Sums.Services[Service.Spec.Name];

    public double? CpuPercent => Rates.Percent(Before?.CpuSeconds, Sum.CpuSeconds, From.Time);

    public double? Given => Rates.Of(Before?.Given, Sum.Given, From.Time);

    private ServiceSum? Before => From.FormerSums?.Services.GetValueOrDefault(Service.Spec.Name);
}
