using System.Collections.Immutable;
using Reuseportd.Model;

namespace Reuseportd.Planning;

/// <summary>What is wanted of a service: what its file says, and what people have asked for since.</summary>
/// <param name="Runs">Whether its workers are to run.</param>
/// <param name="Others">Numbers of the workers of which the contrary is wanted.</param>
/// <param name="Scaled">How many workers it is to have, where somebody said so by hand.</param>
internal sealed record ServiceOverrides(bool Runs, ImmutableSortedSet<int> Others, int? Scaled)
{
    public static ServiceOverrides Of(ServiceSpec service) => new(service.Autostart, [], null);

    public bool Wants(int worker) => Runs != Others.Contains(worker);

    public int Workers(ServiceSpec declared) => Scaled ?? declared.Workers;

    /// <summary>How many workers are to run.</summary>
    /// <param name="count">Workers that the service has.</param>
    public int Wanted(int count)
    {
        var others = Others.Count(worker => worker < count);
        return Runs ? count - others : others;
    }

    /// <param name="count">Workers that the service has.</param>
    public ServiceOverrides Start(IEnumerable<int> workers, int count) => Set(true, workers, count);

    /// <inheritdoc cref="Start"/>
    public ServiceOverrides Stop(IEnumerable<int> workers, int count) => Set(false, workers, count);

    /// <summary>One that goes and comes again later is as the others are.</summary>
    public ServiceOverrides Scale(int count) => this with { Scaled = count, Others = Others.Except(Others.Where(worker => worker >= count)) };

    /// <summary>
    /// The service's file has changed. What was stopped by hand runs again; a number of workers given by hand holds until the
    /// file gives another. That it is no longer started with the daemon does not stop it: that is for the next start.
    /// </summary>
    public ServiceOverrides Adopt(ServiceSpec before, ServiceSpec after)
    {
        var runs = Runs || after.Autostart;
        return new(runs, runs ? [] : Others, before.Workers == after.Workers ? Scaled : null);
    }

    /// <summary>What is wanted of all workers holds for those to come as well.</summary>
    private ServiceOverrides Set(bool runs, IEnumerable<int> workers, int count)
    {
        var others = Runs == runs ? Others.Except(workers) : Others.Union(workers);
        return others.Count < count || count == 0 ? this with { Others = others } : this with { Runs = !Runs, Others = [] };
    }
}
