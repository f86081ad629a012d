using System.Collections.Immutable;
using Reuseportd.Observability.Events;

namespace Reuseportd.Api.Live;

/// <summary>All that the page shows, at one moment. Immutable.</summary>
/// <param name="Now">On the daemon's monotonic clock.</param>
/// <param name="Clock">The time of day, in milliseconds of the Unix clock.</param>
/// <param name="Events">The newest events of the daemon.</param>
internal sealed record LiveState(
    TimeSpan Now,
    long Clock,
    LiveTable Daemon,
    LiveTable Services,
    LiveTable Workers,
    ImmutableArray<HistorySample> History,
    ImmutableArray<RecordedEvent> Events)
{
    /// <summary>A state before all others: the difference to it is the whole of a state.</summary>
    public static readonly LiveState Nothing = new(
        TimeSpan.MinValue, 0, LiveTables.NoDaemon, LiveTables.NoServices, LiveTables.NoWorkers, [], []);

    public long NewestEvent => Events.IsEmpty ? 0 : Events[^1].Sequence;

    public TimeSpan NewestSample => History.IsEmpty ? TimeSpan.MinValue : History[^1].At;
}
