namespace Reuseportd.Configuration.Reading;

/// <summary>
/// What one key of a map demands of another, as far as a schema can say it. The readers report the same in their own words.
/// </summary>
internal abstract record Rule
{
    private Rule()
    {
    }

    /// <summary>
    /// <paramref name="Key"/> goes only where <paramref name="Other"/> has one of these words; where it is, whatever it is, for
    /// none.
    /// </summary>
    internal sealed record OnlyWith(string Key, string Other, params IReadOnlyList<string> Words) : Rule;

    /// <summary><paramref name="Key"/> has to be there where <paramref name="Other"/> has one of these words.</summary>
    internal sealed record NeededBy(string Key, string Other, params IReadOnlyList<string> Words) : Rule;
}
