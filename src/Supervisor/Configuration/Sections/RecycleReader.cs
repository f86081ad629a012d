using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>When a worker that is well is replaced all the same.</summary>
internal static class RecycleReader
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>Less than this no program runs in: a unit is missing.</summary>
    private const ulong LeastMemory = 1 << 20;

    private static readonly Key MaxAge = Key.Duration("max_age", "Age of a process past which it is replaced. Default: never.", least: Shortest);

    private static readonly Key Variance = Key.Fraction(
        "variance", 0, 1, "Share of max_age by which each worker's is spread, to either side, so that they do not all end at once.",
        RecycleSpec.DefaultVariance);

    private static readonly Key MaxMemory = new(
        "max_memory", new Shape.Size(LeastMemory, ulong.MaxValue),
        "Resident memory of the worker and all that it started, from 1MiB, looked at every 5 s, past which it is replaced. Default: no limit.");

    public static readonly Key Key = new(
        "recycle", new Shape.Map(MaxAge, Variance, MaxMemory) { Rules = [new Rule.OnlyWith(Variance.Name, MaxAge.Name)] },
        "Replaces workers that are well, one of a service at a time: the next is taken when all of them are ready again.");

    public static RecycleSpec Read(Section service)
    {
        if (service.Find(Key)?.Section((Shape.Map)Key.Shape, "a map with 'max_age' or 'max_memory'") is not { } section) return RecycleSpec.Never;
        var recycle = new RecycleSpec(
            section.Duration(MaxAge),
            section.Fraction(Variance) ?? RecycleSpec.DefaultVariance,
            section.Size(MaxMemory));
        if (recycle.MaxAge is null && section.IsSound && section.Find(Variance) is { } variance)
            variance.KeyError("goes only with 'max_age'");
        section.RejectUnknown();
        return recycle;
    }
}
