using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Handover;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>
/// The origin of the first fleet: an earlier program of this process, a daemon that has died, or the configuration files.
/// </summary>
internal sealed class FleetOrigin
{
    private readonly string? _notAdopted;
    private readonly int _lost;
    private IReadOnlyList<string> _errors = [];

    private FleetOrigin(Inheritance? inheritance, FormerGuard? guard, LoadResult loaded, string? notAdopted, int lost)
    {
        (Inheritance, FormerGuard, Loaded) = (inheritance, guard, loaded);
        (_notAdopted, _lost) = (notAdopted, lost);
    }

    public Inheritance? Inheritance { get; }

    public FormerGuard? FormerGuard { get; }

    /// <summary>Names of descriptors that the service manager has stored for earlier daemons.</summary>
    public IReadOnlyList<string> StoredNames { get; private init; } = [];

    /// <summary>The configuration that the fleet is to have.</summary>
    public LoadResult Loaded { get; private set; }

    /// <param name="problem">The reason why the state of an earlier program cannot be restored; null if it can.</param>
    /// <returns>Null with a problem.</returns>
    public static FleetOrigin? Find(string path, ControllerOffer controllers, out string? problem)
    {
        var inherited = Inherited.TryTake(controllers, out problem);
        if (problem is not null) return null;
        if (inherited is not null)
            return new(inherited, Inherited.TakeGuard(inherited), Declared(inherited), null, 0)
            {
                StoredNames = Succession.NamesOf(inherited.State),
            };
        var given = DescriptorStore.TakeGiven(Succession.Knows);
        string[] names = [.. given.Select(one => one.Name).Distinct()];
        var succession = Succession.TryTake(given, controllers, out var notAdopted, out var isSilent);
        if (isSilent)
        {
            // The service manager starts the daemon again.
            problem = notAdopted;
            return null;
        }

        var loaded = ConfigurationSource.Load(path, controllers);
        if (succession is null) return new(null, null, loaded, notAdopted, 0) { StoredNames = names };
        var origin = new FleetOrigin(succession.Inheritance, succession.Guard, loaded, null, succession.Lost)
        {
            StoredNames = names,
        };
        if (loaded.Fleet is null) origin.UseSaved([.. loaded.Errors.Select(error => error.ToString())]);
        return origin;
    }

    /// <summary>The files cannot be used: the workers run on with the configuration that they have.</summary>
    /// <returns>False if there is no other configuration.</returns>
    public bool UseSaved(IReadOnlyList<string> errors)
    {
        if (Inheritance is not { IsOfAnotherProcess: true } || _errors.Count > 0) return false;
        (_errors, Loaded) = (errors, Declared(Inheritance));
        return true;
    }

    /// <summary>The file of <see cref="Rings"/> of the earlier daemon; null for none. Can be called once.</summary>
    public Descriptor? TakeRings() =>
        Inheritance?.State.Resources.Rings is { } rings ? new Descriptor(rings.Number) : null;

    /// <param name="limit">See <see cref="InitialFleet.Limit"/>.</param>
    public InitialFleet Begin(string path, FleetSpec fleet, ControllerOffer controllers, LimitPair? limit) =>
        new(path, fleet, controllers)
        {
            Inheritance = Inheritance, FormerGuard = FormerGuard, StoredNames = StoredNames, Limit = limit,
            Clock = Inheritance?.State.Clock ?? TimeProvider.System.GetTimestamp(),
            Started = Started(),
        };

    /// <summary>After the death of a daemon the counters begin anew.</summary>
    private double Started()
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0;
        if (Inheritance?.State is not { Totals: not null } former) return now;
        return former.Started ?? now - TimeProvider.System.GetElapsedTime(former.Clock).TotalSeconds;
    }

    /// <summary>Logs warnings, the configuration that was not taken, and the workers that were not taken over.</summary>
    /// <param name="historyLost">The reason why the events of the former daemon are lost; null if they are not.</param>
    public void Report(ILogger log, string? historyLost)
    {
        foreach (var warning in Loaded.Warnings) log.ConfigurationWarning(warning.ToString());
        if (_errors.Count > 0) log.ReloadFailed(_errors);
        if (_notAdopted is not null) log.NotAdopted(_notAdopted);
        if (_lost > 0) log.NotAdopted(_lost);
        if (historyLost is not null) log.HistoryLost(historyLost);
    }

    /// <summary>Goes on with the counters of an earlier program of this process.</summary>
    public void CountOn(LostLines lost)
    {
        foreach (var (reason, count) in Inheritance?.State.Totals?.LostLines ?? []) lost.Add(reason, count);
    }

    private static LoadResult Declared(Inheritance inherited)
    {
        var services = inherited.State.Services.Where(service => !service.IsLeaving)
            .Select(service => inherited.Specs[service.Declared]);
        return new LoadResult(new FleetSpec(inherited.State.Settings, [.. services]), [], []);
    }
}
