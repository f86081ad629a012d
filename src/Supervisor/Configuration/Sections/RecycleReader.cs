using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads when a healthy worker is replaced.</summary>
internal static class RecycleReader
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    /// <summary>No program runs with less: the unit of the size is missing.</summary>
    private const ulong LeastMemory = 1 << 20;

    private static readonly Key MaxAge =
        Key.Duration("max_age", "Age of a process after which it is replaced. Default: never.", least: Shortest);

    private static readonly Key Variance = Key.Fraction(
        "variance", 0, 1,
        "Share of max_age by which each worker's limit is spread to either side, so that workers are not replaced all at once.",
        RecycleSpec.DefaultVariance);

    private static readonly Key MaxMemory = new(
        "max_memory", new Shape.Size(LeastMemory, ulong.MaxValue),
        "Resident memory of the worker's process tree, from 1MiB, beyond which it is replaced; measured every 5 s. "
        + "Default: no limit.");

    public static readonly Key Key = new(
        "recycle", new Shape.Map(MaxAge, Variance, MaxMemory) { Rules = [new Rule.OnlyWith(Variance.Name, MaxAge.Name)] },
        "Replaces healthy workers, one of a service at a time, and only while all of its workers are ready.");

    public static RecycleSpec Read(Section service)
    {
        if (service.Find(Key)?.Section((Shape.Map)Key.Shape, "a map with 'max_age' or 'max_memory'") is not { } section)
            return RecycleSpec.Never;
        var recycle = new RecycleSpec(
            section.Duration(MaxAge),
            section.Fraction(Variance) ?? RecycleSpec.DefaultVariance,
            section.Size(MaxMemory));
        if (recycle.MaxAge is null && section.IsSound && section.Find(Variance) is { } variance)
            variance.KeyError("is allowed only with 'max_age'");
        section.RejectUnknown();
        return recycle;
    }
}
