using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Model;

namespace Reuseportd.Configuration.Sections;

/// <summary>Variables: a map of names and values, or a list of <c>NAME=value</c>.</summary>
internal static class EnvironmentReader
{
    public static readonly Key Key = new(
        "environment",
        new Shape.AnyOf(
            new Shape.Names(EnvironmentNames.Pattern, new Shape.Text()),
            new Shape.List(new Shape.Text($"^{EnvironmentNames.Pattern}="))),
        "Variables of the workers: a map of names and values, or a list of NAME=value. "
        + "{worker}, {service} and {N+worker} are replaced; {{ stands for a brace.");

    private static readonly Shape.Map Names = new();

    private const string Accepts = "a map of names and values, or a list of NAME=value";

    public static ValueList<EnvironmentVariable> Read(Section service)
    {
        if (service.Find(Key) is not { } field) return [];
        var variables = field.Node is ListNode ? FromList(field) : FromMap(field);
        return [.. variables.OfType<EnvironmentVariable>()];
    }

    private static IEnumerable<EnvironmentVariable?> FromMap(Field field) =>
        field.Section(Names, Accepts)?.All.Select(entry => FromEntry(entry.Name, entry.Field)) ?? [];

    private static EnvironmentVariable? FromEntry(string name, Field field)
    {
        if (EnvironmentNames.Problem(name) is { } problem) field.KeyError(problem);
        return field.Text("text; \"\" for an empty text") is { } value && field.Template(value) is { } template
            ? new EnvironmentVariable(name, template)
            : null;
    }

    private static IEnumerable<EnvironmentVariable?> FromList(Field field)
    {
        var places = new Dictionary<string, Place>(StringComparer.Ordinal);
        foreach (var item in field.Items(Accepts)!)
        {
            const string accepts = "NAME=value";
            if (item.Text(accepts) is not { } text) continue;
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0)
            {
                item.Refuse(accepts);
                continue;
            }

            var name = text[..equals];
            if (EnvironmentNames.Problem(name) is { } problem) item.Error(problem);
            else if (!places.TryAdd(name, item.Node.Place)) item.Error($"{name} is set twice; the first is at {places[name]}");
            else if (item.Template(text[(equals + 1)..]) is { } value) yield return new EnvironmentVariable(name, value);
        }
    }
}
