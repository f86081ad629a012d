namespace Reuseportd.Configuration.Reading;

/// <summary>
/// The accepted values of a key. Readers take bounds and words from it, and the JSON Schema is generated from it.
/// </summary>
internal abstract record Shape
{
    private Shape()
    {
    }

    internal sealed record Integer(int Least, int Most) : Shape;

    internal sealed record Fraction(int Least, int Most) : Shape;

    internal sealed record Flag : Shape;

    /// <summary>Only the reader checks the bounds: a pattern cannot express them.</summary>
    internal sealed record Duration(TimeSpan Least) : Shape;

    /// <param name="Least">In bytes, like <paramref name="Most"/>.</param>
    internal sealed record Size(ulong Least, ulong Most) : Shape;

    internal sealed record Choice(IReadOnlyList<string> Words) : Shape;

    /// <summary>The word <c>null</c>, which YAML parses as null.</summary>
    internal sealed record NullWord : Shape;

    /// <param name="Pattern">A regular expression in the common subset of ECMA-262 and .NET; null for any text.</param>
    /// <param name="OrNumber">True if an unquoted number is accepted too.</param>
    internal sealed record Text(string? Pattern = null, bool OrNumber = false) : Shape;

    /// <param name="OrOne">True if a single value counts as a list of one item.</param>
    internal sealed record List(Shape Item, bool OrOne = false, int Least = 0, int Most = int.MaxValue) : Shape;

    internal sealed record AnyOf(params IReadOnlyList<Shape> Shapes) : Shape;

    /// <summary>A map whose keys are names that the user chooses.</summary>
    /// <param name="Name">Pattern for the whole name.</param>
    internal sealed record Names(string Name, Shape Value) : Shape;

    /// <summary>A map of known keys.</summary>
    internal sealed record Map(params IReadOnlyList<Key> Keys) : Shape
    {
        public IReadOnlyList<Rule> Rules { get; init; } = [];

        public bool Has(string name) => Keys.Any(key => key.Name == name);
    }
}
