using System.Globalization;
using System.Text;
using Reuseportd.Configuration.Reading;
using Tests.Manual;

namespace Decisions.Tests.Manual;

/// <summary>
/// The keys of the configuration as reuseportd.yaml(5) shows them: those of the files, of a service, then of each map in it.
/// </summary>
internal static class KeyWords
{
    private const int MostWords = 12;

    public static string Of(Shape.Map top) => Section("KEYS OF THE DAEMON", top, ["services"]) + Services(top);

    private static string Services(Shape.Map top)
    {
        var service = (Shape.Map)((Shape.Names)top.Keys.Single(key => key.Name == "services").Shape).Value;
        var text = new StringBuilder(Section("KEYS OF A SERVICE", service, []));
        foreach (var key in service.Keys)
        {
            if (MapOf(key.Shape) is { } map) text.Append(Section($"KEYS OF {key.Name.ToUpperInvariant()}", map, []));
        }

        return text.ToString();
    }

    private static string Section(string title, Shape.Map map, string[] leftOut)
    {
        var text = new StringBuilder($".SH {title}\n");
        if (leftOut.Length > 0)
        {
            text.Append("At the top level of\n.I reuseportd.yaml\nonly.\n");
            text.Append("The services stand beside them, by name, under\n.BR services .\n");
        }

        foreach (var key in map.Keys.Where(key => !leftOut.Contains(key.Name)))
            text.Append(Roff.Item(Roff.Bold(key.Name), $"{key.Description} {Accepts(key)}"));
        return text.ToString();
    }

    private static string Accepts(Key key)
    {
        var accepts = MapOf(key.Shape) is not null ? "See below." : Words(key.Shape) is { } words ? $"Accepts {words}." : "";
        var usual = key.IsRequired ? " Required." : key.Default is { } value ? $" Default: {value}." : "";
        return $"{accepts}{usual}".Trim();
    }

    private static Shape.Map? MapOf(Shape shape) => shape switch
    {
        Shape.Map map => map,
        Shape.AnyOf any => any.Shapes.OfType<Shape.Map>().SingleOrDefault(),
        _ => null,
    };

    /// <summary>Null if the description of the key is enough.</summary>
    private static string? Words(Shape shape) => shape switch
    {
        Shape.Integer(var least, var most) =>
            most == int.MaxValue ? Invariant($"an integer from {least}") : Invariant($"an integer from {least} to {most}"),
        Shape.Fraction(var least, var most) => Invariant($"a number from {least} to {most}"),
        Shape.Flag => "true or false",
        Shape.Duration => "a duration",
        Shape.Size => "a size",
        Shape.Choice(var words) =>
            words.Count > MostWords
                ? null
                : words.Count == 1 ? words[0] : $"{string.Join(", ", words.SkipLast(1))} or {words[^1]}",
        Shape.AnyOf(var shapes) =>
            shapes.Select(Words).ToArray() is var all && all.Contains(null) ? null : string.Join(", or ", all),
        Shape.List { OrOne: true } list => Words(list.Item) is { } one ? $"{one}, or a list of such" : null,
        _ => null,
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
