using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Values;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Reads the destination of an output stream. The word <c>null</c>, which YAML parses as null, is accepted.</summary>
internal static class OutputReader
{
    private const string Accepts = "journal, null, inherit or file:/PATH";
    private const string FilePrefix = "file:";

    public static readonly Key Stdout = KeyFor("stdout");
    public static readonly Key Stderr = KeyFor("stderr");

    public static OutputTarget Read(Section service, Key key)
    {
        if (service.Find(key) is { } field && Target(field) is { } target) return target;
        return new OutputTarget.Journal();
    }

    private static Key KeyFor(string stream) => new(
        stream,
        new Shape.AnyOf(
            new Shape.Choice(["journal", "null", "inherit"]), new Shape.NullWord(), new Shape.Text($"^{FilePrefix}/")),
        $"Destination of the workers' {stream}: journal (the daemon's log), null, inherit (the daemon's), or file:/PATH.") {
            Default = "journal",
        };

    private static OutputTarget? Target(Field field)
    {
        if (field.Node is ScalarNode { Text: "null" }) return new OutputTarget.Null();
        switch (field.Text(Accepts))
        {
            case null:
                return null;
            case "journal":
                return new OutputTarget.Journal();
            case "inherit":
                return new OutputTarget.Inherit();
            case var text when text.StartsWith(FilePrefix, StringComparison.Ordinal):
                return Paths.IsSound(field, text[FilePrefix.Length..], Accepts) ? File(field, text[FilePrefix.Length..]) : null;
            default:
                field.Refuse(Accepts);
                return null;
        }
    }

    private static OutputTarget.File File(Field field, string path)
    {
        if (path.Contains("worker}", StringComparison.Ordinal) || path.Contains("{service}", StringComparison.Ordinal))
            field.Warning("placeholders are not replaced here; all workers append to one file with exactly this name");
        return new OutputTarget.File(path);
    }
}
