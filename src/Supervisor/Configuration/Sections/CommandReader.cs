using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>A command: a list of program and arguments, or a string that is split into words.</summary>
internal static class CommandReader
{
    public static readonly Shape Shape = new Shape.AnyOf(new Shape.Text("."), new Shape.List(new Shape.Text(), Least: 1));

    private const string Accepts = "a list of program and arguments, or one string that is split at blanks";

    public static ValueList<Template> Read(Section section, Key key, Place place) =>
        section.Require(key, Accepts, place) is { } field ? Read(field) : [];

    public static ValueList<Template> Read(Field field) => field.Node is ListNode ? FromList(field) : FromString(field);

    private static ValueList<Template> FromList(Field field)
    {
        var items = field.Items(Accepts)!;
        if (items.Count == 0) field.Error($"is empty; accepts {Accepts}");
        var words = items.Select((item, index) => Word(item, isProgram: index == 0)).OfType<Template>().ToArray();
        return [.. words];
    }

    private static Template? Word(Field item, bool isProgram)
    {
        if (item.Text("text") is not { } text) return null;
        if (!isProgram || text.Length > 0) return item.Template(text);
        item.Error("the program's name is empty");
        return null;
    }

    private static ValueList<Template> FromString(Field field)
    {
        if (field.Text(Accepts) is not { } text) return [];
        if (CommandLine.Split(text, out var problem) is { } words)
            return [.. words.Select(word => field.Template(word)).OfType<Template>()];
        field.Error(problem!);
        return [];
    }
}
