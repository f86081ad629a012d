namespace Reuseportd.Configuration.Reading;

/// <summary>
/// A dependency between keys of one map that a JSON Schema can express. The readers report it in their own words.
/// </summary>
internal abstract record Rule
{
    private Rule()
    {
    }

    /// <summary>
    /// <paramref name="Key"/> is allowed only if <paramref name="Other"/> has one of these words; without words, only if
    /// <paramref name="Other"/> is present.
    /// </summary>
    internal sealed record OnlyWith(string Key, string Other, params IReadOnlyList<string> Words) : Rule;

    /// <summary><paramref name="Key"/> is required if <paramref name="Other"/> has one of these words.</summary>
    internal sealed record NeededBy(string Key, string Other, params IReadOnlyList<string> Words) : Rule;
}
