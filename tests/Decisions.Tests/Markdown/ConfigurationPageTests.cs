using System.Globalization;
using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Model;
using Tests.Manual;

namespace Decisions.Tests.Markdown;

/// <summary>
/// The reference of the configuration has a row for each key of the readers, with its values and its default, and no other row.
/// </summary>
public sealed class ConfigurationPageTests
{
    private const int MostWords = 12;

    /// <summary>A larger bound is the width of a number type, which the page does not name.</summary>
    private const ulong LargestBound = 1UL << 40;

    private static readonly Shape.Map Service =
        (Shape.Map)((Shape.Names)ConfigurationReader.Shape.Keys.Single(key => key.Name == "services").Shape).Value;

    private static readonly IReadOnlyList<ReferenceTable> Page = ReferenceTable.AllOf("docs/reference/configuration.md");

    /// <summary>Of the files, of a service, and of each map in it.</summary>
    public static TheoryData<string> Sections =>
    [
        "Keys of the daemon", "Keys of a service",
        .. Service.Keys.Where(key => MapOf(key.Shape) is not null).Select(key => key.Name),
    ];

    [Theory]
    [MemberData(nameof(Sections))]
    public void Keys_OfTheReaders_AreThoseOfTheTables(string section) => Assert.Equal(
        KeysOf(section).Select(key => key.Name).Order(StringComparer.Ordinal),
        RowsOf(section).Keys.Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(Sections))]
    public void Defaults_OfTheReaders_AreThoseOfTheTables(string section) => Assert.All(KeysOf(section), key =>
    {
        var shown = RowsOf(section)[key.Name][2];
        if (key.IsRequired) Assert.Equal("required", shown);
        else if (key.Default is { } value) Assert.Contains($"`{value}`", shown, StringComparison.Ordinal);
        else Assert.NotEmpty(shown);
    });

    [Theory]
    [MemberData(nameof(Sections))]
    public void Values_OfTheReaders_AreInTheTables(string section) => Assert.All(KeysOf(section), key =>
        Assert.All(
            Words(key.Shape), word => Assert.Contains(word, RowsOf(section)[key.Name][1], StringComparison.Ordinal)));

    /// <summary>By key.</summary>
    private static Dictionary<string, string[]> RowsOf(string section) =>
        Page.Where(table => table.Section == section && table.Columns is ["key", "value", "default", ..])
            .SelectMany(table => table.Rows).ToDictionary(row => row[0].Trim('`'));

    private static IEnumerable<Key> KeysOf(string section) => section switch
    {
        "Keys of the daemon" => ConfigurationReader.Shape.Keys.Where(key => key.Name != "services"),
        "Keys of a service" => Service.Keys,
        _ => MapOf(Service.Keys.Single(key => key.Name == section).Shape)!.Keys,
    };

    private static Shape.Map? MapOf(Shape shape) => shape switch
    {
        Shape.Map map => map,
        Shape.AnyOf any => any.Shapes.OfType<Shape.Map>().SingleOrDefault(),
        _ => null,
    };

    /// <summary>The words that the row of a value must have.</summary>
    private static IEnumerable<string> Words(Shape shape) => shape switch
    {
        Shape.Integer(var least, var most) => most == int.MaxValue ? [Number(least)] : [Number(least), Number(most)],
        Shape.Fraction(var least, var most) => [Number(least), Number(most)],
        Shape.Flag => ["`true`", "`false`"],
        Shape.Duration(var least) => least == TimeSpan.Zero ? ["duration"] : ["duration", $"`{DurationSyntax.Text(least)}`"],
        Shape.Size(var least, var most) => [.. Bound(least), .. Bound(most), .. (string[])(least == 0 ? ["size"] : [])],
        Shape.Choice(var words) when words.Count <= MostWords => words.Select(word => $"`{word}`"),
        // If a key is also a map, its words are in the table of the map.
        Shape.AnyOf(var shapes) when MapOf(shape) is null => shapes.SelectMany(Words),
        Shape.List list => Words(list.Item),
        _ => [],
    };

    private static string[] Bound(ulong size) => size is 0 or > LargestBound ? [] : [$"`{Sizes.Text(size)}`"];

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
