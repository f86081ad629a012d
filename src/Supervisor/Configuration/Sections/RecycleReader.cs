using Reuseportd.Model;

namespace Reuseportd.Configuration;

/// <summary>When a worker that is well is replaced all the same.</summary>
internal static class RecycleReader
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);

    public static RecycleSpec Read(Section service)
    {
        if (service.Find("recycle")?.Section("a map with 'max_age' or 'max_memory'") is not { } section) return RecycleSpec.Never;
        var recycle = new RecycleSpec(
            section.Duration("max_age", Shortest),
            section.Fraction("variance", 0, 1) ?? RecycleSpec.DefaultVariance,
            section.Size("max_memory"));
        if (recycle.MaxAge is null && section.IsSound && section.Find("variance") is { } variance)
            variance.KeyError("goes only with 'max_age'");
        section.RejectUnknown();
        return recycle;
    }
}
