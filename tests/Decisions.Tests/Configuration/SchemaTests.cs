using System.Globalization;
using System.Text.Json.Nodes;
using NJsonSchema;
using Reuseportd.Configuration.Loading;
using Reuseportd.Configuration.Reading;
using Reuseportd.Configuration.SchemaExport;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;

namespace Decisions.Tests.Configuration;

/// <summary>
/// The schema for editors accepts the same files as the reader. With GOLDEN_UPDATE=1 in the environment it is written instead
/// of compared; <c>make schema</c> does that.
/// </summary>
public sealed class SchemaTests
{
    /// <summary>Wrong configurations that the schema accepts, with the reason why no schema can refuse them.</summary>
    private static readonly Dictionary<string, string> BeyondASchema = new()
    {
        ["accounts-of-alice"] = "context: the user of the daemon",
        ["alias-bomb"] = "YAML: how often aliases multiply is counted before there is a value to judge",
        ["alias-in-itself"] = "YAML: an alias inside its own anchor",
        ["alias-unknown"] = "YAML: an alias without an anchor",
        ["deep-nesting"] = "YAML: depth is counted before there is a value to judge",
        ["duplicate-keys"] = "YAML: a key written twice is gone once there is a value to judge",
        ["duplicate-services"] = "across files",
        ["merge-of-no-map"] = "YAML: merge keys are resolved before there is a value to judge",
        ["settings-in-services-d"] = "one schema serves both kinds of files, and does not know the file's name",
        ["shared-ports-by-anchor"] = "across services: users of one port",
        ["shared-ports-of-two-users"] = "across services: users of one port",
        ["syntax"] = "YAML: not well formed",
        ["tags"] = "YAML: tags are gone once there is a value to judge",
        ["two-documents"] = "YAML: a second document",
    };

    private static readonly JsonSchema Schema =
        JsonSchema.FromJsonAsync(EditorSchema.Generate(ConfigurationReader.Shape)).GetAwaiter().GetResult();

    public static TheoryData<string> Cases => GoldenCaseTests.Cases;

    [Fact]
    public void Of_ReaderShape_IsTheInstalledFile() =>
        Golden.Expect("config/reuseportd.schema.json", EditorSchema.Generate(ConfigurationReader.Shape));

    [Theory]
    [MemberData(nameof(Cases))]
    public void Validate_GoldenCase_AgreesWithTheReader(string name)
    {
        var folder = Path.Combine(Given.Folder, "Cases", name);
        var said = Path.Combine(folder, "errors.txt");
        var isRight = !File.Exists(said)
            || File.ReadLines(said).All(line => line.Contains(": warning: ", StringComparison.Ordinal));
        var failures = Directory.GetFiles(folder, "*.yaml").Order(StringComparer.Ordinal).SelectMany(Failures).ToArray();
        Assert.True(
            (failures.Length == 0) == (isRight || BeyondASchema.ContainsKey(name)),
            $"{(isRight ? "right" : "wrong")}, but: {string.Join("\n", failures.DefaultIfEmpty("the schema finds nothing"))}");
    }

    [Fact]
    public void Validate_EachExample_HasNoError() => Assert.All(Examples(), path => Assert.Empty(Failures(path)));

    [Fact]
    public void Example_Each_NamesTheSchemaInItsFirstLine() => Assert.All(Examples(), path =>
    {
        var first = File.ReadLines(path).First();
        Assert.StartsWith("# yaml-language-server: $schema=", first, StringComparison.Ordinal);
        Assert.EndsWith("/reuseportd.schema.json", first, StringComparison.Ordinal);
    });

    [Fact]
    public void Keys_Each_IsInTheReferenceWithADescription()
    {
        var reference = File.ReadAllText(Checkout.At("docs/reference/configuration.md"));
        Assert.All(Keys(ConfigurationReader.Shape).DistinctBy(key => key.Name), key =>
        {
            Assert.Contains(key.Name, reference, StringComparison.Ordinal);
            Assert.EndsWith(".", key.Description, StringComparison.Ordinal);
        });
    }

    private static string[] Examples() => Directory.GetFiles(Checkout.At("config"), "*.yaml", SearchOption.AllDirectories);

    private static IEnumerable<Key> Keys(Shape shape) => shape switch
    {
        Shape.Map map => map.Keys.SelectMany(key => Keys(key.Shape).Prepend(key)),
        Shape.Names names => Keys(names.Value),
        Shape.List list => Keys(list.Item),
        Shape.AnyOf any => any.Shapes.SelectMany(Keys),
        _ => [],
    };

    private static IEnumerable<string> Failures(string path)
    {
        var findings = new Findings();
        // A text that is not YAML has no value for a schema.
        if (NodeReader.Read(Given.Source(Path.GetFileName(path), File.ReadAllText(path)), findings) is not { } root) yield break;
        foreach (var error in Schema.Validate(Json(root)?.ToJsonString() ?? "null"))
            yield return $"{Path.GetFileName(path)} {error.Path}: {error.Kind}";
    }

    /// <summary>Like an editor: YAML's core schema (YAML 1.2.2, 10.3) decides which scalars are numbers.</summary>
    private static JsonNode? Json(Node node) => node switch
    {
        MapNode map => new JsonObject(map.Entries.DistinctBy(entry => entry.Key.Text)
            .Select(entry => KeyValuePair.Create(entry.Key.Text, Json(entry.Value)))),
        ListNode list => new JsonArray([.. list.Items.Select(Json)]),
        ScalarNode { IsNull: true } => null,
        ScalarNode { IsPlain: true, Text: "true" or "True" or "TRUE" } => true,
        ScalarNode { IsPlain: true, Text: "false" or "False" or "FALSE" } => false,
        ScalarNode { IsPlain: true } scalar when CoreNumber(scalar.Text) is { } number => number,
        ScalarNode scalar => scalar.Text,
        _ => throw new InvalidOperationException(),
    };

    private static JsonNode? CoreNumber(string text)
    {
        const NumberStyles style = NumberStyles.Float & ~NumberStyles.AllowLeadingWhite
            & ~NumberStyles.AllowTrailingWhite;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, null, out var whole)) return whole;
        return double.TryParse(text, style, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : null;
    }
}
