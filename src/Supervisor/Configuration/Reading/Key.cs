using System.Globalization;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Reading;

/// <summary>A key of a map.</summary>
/// <param name="Description">
/// Purpose of the key, in plain sentences for the editor's schema and the manual page.
/// </param>
internal sealed record Key(string Name, Shape Shape, string Description)
{
    /// <summary>
    /// The value if the key is missing, as text of the configuration; null if there is none or it depends on the host.
    /// </summary>
    public string? Default { get; init; }

    public bool IsRequired { get; init; }

    public static Key Integer(string name, int least, int most, string description, int? defaultValue = null) =>
        new(name, new Shape.Integer(least, most), description) { Default = Text(defaultValue) };

    public static Key Fraction(string name, int least, int most, string description, double? defaultValue = null) =>
        new(name, new Shape.Fraction(least, most), description) { Default = Text(defaultValue) };

    public static Key Flag(string name, string description, bool? defaultValue = null) =>
        new(name, new Shape.Flag(), description) { Default = defaultValue is { } flag ? flag ? "true" : "false" : null };

    public static Key Duration(string name, string description, TimeSpan? defaultValue = null, TimeSpan? least = null) =>
        new(name, new Shape.Duration(least ?? TimeSpan.Zero), description) {
            Default = defaultValue is { } time ? DurationSyntax.Text(time) : null,
        };

    public static Key Choice<T>(string name, Words<T> words, string description, T? defaultValue = null)
        where T : struct =>
        new(name, words.Shape, description) { Default = defaultValue is { } meaning ? words.WordFor(meaning) : null };

    private static string? Text<T>(T? number)
        where T : struct, IFormattable => number?.ToString(null, CultureInfo.InvariantCulture);
}
