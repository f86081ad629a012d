namespace Reuseportd.Configuration.Reading;

/// <summary>
/// What a value may be. The readers take their bounds and words from it, and the JSON Schema is written from it.
/// </summary>
internal abstract record Shape
{
    private Shape()
    {
    }

    internal sealed record Integer(int Least, int Most) : Shape;

    internal sealed record Fraction(int Least, int Most) : Shape;

    internal sealed record Flag : Shape;

    /// <summary>The bounds are the reader's alone: no pattern can say them.</summary>
    internal sealed record Duration(TimeSpan Least) : Shape;

    /// <param name="Least">In bytes, as <paramref name="Most"/>.</param>
    internal sealed record Size(ulong Least, ulong Most) : Shape;

    internal sealed record Choice(IReadOnlyList<string> Words) : Shape;

    /// <summary>The word <c>null</c>, which YAML makes a null.</summary>
    internal sealed record NullWord : Shape;

    /// <param name="Pattern">A regular expression that both ECMA-262 and .NET know; null for any text.</param>
    /// <param name="OrNumber">Whether what YAML makes a number does as well.</param>
    internal sealed record Text(string? Pattern = null, bool OrNumber = false) : Shape;

    /// <param name="OrOne">Whether a single value stands for a list of one.</param>
    internal sealed record List(Shape Item, bool OrOne = false, int Least = 0, int Most = int.MaxValue) : Shape;

    internal sealed record AnyOf(params IReadOnlyList<Shape> Shapes) : Shape;

    /// <summary>A map whose keys are names that the user gives.</summary>
    /// <param name="Name">Pattern of a whole name.</param>
    internal sealed record Names(string Name, Shape Value) : Shape;

    /// <summary>A map of known keys.</summary>
    internal sealed record Map(params IReadOnlyList<Key> Keys) : Shape
    {
        public IReadOnlyList<Rule> Rules { get; init; } = [];

        public bool Has(string name) => Keys.Any(key => key.Name == name);
    }
}
