using Reuseportd.Model;

namespace Reuseportd.Configuration.Reading;

/// <summary>A key of a map.</summary>
/// <param name="Says">
/// What it is for, in one or a few plain sentences: descriptions in editors and the manual page are made of it.
/// </param>
internal sealed record Key(string Name, Shape Shape, string Says)
{
    /// <summary>What counts where it is not written, as it would be written; null where that is nothing, or the host's.</summary>
    public string? Usual { get; init; }

    public bool IsRequired { get; init; }

    public static Key Integer(string name, int least, int most, string says, int? usual = null) =>
        new(name, new Shape.Integer(least, most), says) { Usual = usual?.ToString(System.Globalization.CultureInfo.InvariantCulture) };

    public static Key Fraction(string name, int least, int most, string says, double? usual = null) =>
        new(name, new Shape.Fraction(least, most), says) { Usual = usual?.ToString(System.Globalization.CultureInfo.InvariantCulture) };

    public static Key Flag(string name, string says, bool? usual = null) =>
        new(name, new Shape.Flag(), says) { Usual = usual is { } flag ? flag ? "true" : "false" : null };

    public static Key Duration(string name, string says, TimeSpan? usual = null, TimeSpan? least = null) =>
        new(name, new Shape.Duration(least ?? TimeSpan.Zero), says) { Usual = usual is { } time ? DurationSyntax.Text(time) : null };

    public static Key Choice<T>(string name, Words<T> words, string says, T? usual = null)
        where T : struct =>
        new(name, words.Shape, says) { Usual = usual is { } meaning ? words.WordFor(meaning) : null };
}
