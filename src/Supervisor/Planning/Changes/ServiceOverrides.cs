using System.Collections.Immutable;
using Reuseportd.Model;

namespace Reuseportd.Planning.Changes;

/// <summary>The workers of a service that are to run, by its file and by later commands of users.</summary>
/// <param name="Runs">True if all workers are to run, except <paramref name="Others"/>.</param>
/// <param name="Others">Numbers of the workers for which the opposite of <paramref name="Runs"/> holds.</param>
/// <param name="Scaled">The number of workers of the last scale command; null if the number of the file applies.</param>
internal sealed record ServiceOverrides(bool Runs, ImmutableSortedSet<int> Others, int? Scaled)
{
    public static ServiceOverrides From(ServiceSpec service) => new(service.Autostart, [], null);

    public bool Wants(int worker) => Runs != Others.Contains(worker);

    public int Workers(ServiceSpec declared) => Scaled ?? declared.Workers;

    /// <summary>The number of workers that are to run.</summary>
    /// <param name="count">Workers that the service has.</param>
    public int Wanted(int count)
    {
        var at = Others.IndexOf(count);
        var others = at < 0 ? ~at : at;
        return Runs ? count - others : others;
    }

    /// <param name="count">Workers that the service has.</param>
    public ServiceOverrides Start(IEnumerable<int> workers, int count) => Set(true, workers, count);

    /// <inheritdoc cref="Start"/>
    public ServiceOverrides Stop(IEnumerable<int> workers, int count) => Set(false, workers, count);

    /// <summary>Removes the entries of removed workers. For a worker that is added later, <see cref="Runs"/> applies.</summary>
    public ServiceOverrides Scale(int count) =>
        this with { Scaled = count, Others = Others.Except(Others.Where(worker => worker >= count)) };

    /// <summary>
    /// Applies a changed file. Workers that a user stopped run again. A scaled number of workers applies until the number in the
    /// file changes. A file without autostart does not stop the service, as autostart applies at the start of the daemon.
    /// </summary>
    public ServiceOverrides Adopt(ServiceSpec before, ServiceSpec after)
    {
        var runs = Runs || after.Autostart;
        return new(runs, runs ? [] : Others, before.Workers == after.Workers ? Scaled : null);
    }

    /// <summary>A command for all workers also applies to workers that are added later.</summary>
    private ServiceOverrides Set(bool runs, IEnumerable<int> workers, int count)
    {
        var others = Runs == runs ? Others.Except(workers) : Others.Union(workers);
        return others.Count < count || count == 0 ? this with { Others = others } : this with { Runs = !Runs, Others = [] };
    }
}
