using System.Text.Json;
using Reuseportd.Configuration.Reading;

namespace Reuseportd.Configuration.SchemaExport;

/// <summary>The schema of a map of known keys.</summary>
internal static class MapSchema
{
    public static void Write(Utf8JsonWriter json, Shape.Map map, Action<Utf8JsonWriter, Shape> shape)
    {
        json.WriteString("type", "object");
        json.WriteStartObject("properties");
        foreach (var key in map.Keys)
        {
            json.WriteStartObject(key.Name);
            json.WriteString("description", key.Description);
            if (key.Default is { } value) EditorSchema.Default(json, value);
            shape(json, key.Shape);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteStartObject("patternProperties");
        Own(json);
        json.WriteEndObject();
        json.WriteBoolean("additionalProperties", false);
        if (map.Keys.Any(key => key.IsRequired))
        {
            json.WriteStartArray("required");
            foreach (var key in map.Keys.Where(key => key.IsRequired)) json.WriteStringValue(key.Name);
            json.WriteEndArray();
        }

        if (map.Rules.Count == 0) return;
        json.WriteStartArray("allOf");
        foreach (var rule in map.Rules) Write(json, rule);
        json.WriteEndArray();
    }

    /// <summary>Allows keys that begin with <c>x-</c>.</summary>
    public static void Own(Utf8JsonWriter json)
    {
        json.WriteStartObject("^x-");
        json.WriteEndObject();
    }

    /// <summary>Writes "if A, then B" as "not A, or B": every draft of JSON Schema has these keywords.</summary>
    private static void Write(Utf8JsonWriter json, Rule rule)
    {
        var (here, there) = rule switch
        {
            Rule.OnlyWith(var key, var other, var words) => (Has(key, []), Has(other, words)),
            Rule.NeededBy(var key, var other, var words) => (Has(other, words), Has(key, [])),
            _ => throw new ArgumentOutOfRangeException(nameof(rule)),
        };
        json.WriteStartObject();
        json.WriteStartArray("anyOf");
        json.WriteStartObject();
        json.WriteStartObject("not");
        here(json);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteStartObject();
        there(json);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static Action<Utf8JsonWriter> Has(string key, IReadOnlyList<string> words) => json =>
    {
        json.WriteStartArray("required");
        json.WriteStringValue(key);
        json.WriteEndArray();
        if (words.Count == 0) return;
        json.WriteStartObject("properties");
        json.WriteStartObject(key);
        json.WriteStartArray("enum");
        foreach (var word in words) json.WriteStringValue(word);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    };
}
