using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Reuseportd.Configuration.Reading;

namespace Reuseportd.Configuration.SchemaExport;

/// <summary>
/// Generates the JSON Schema of the configuration files from the readers' shapes. The version is draft 7, which editors support
/// best. YAML allows quotes around numbers and words, so text of the right pattern is accepted for a number.
/// </summary>
internal static class EditorSchema
{
    public const string Draft = "http://json-schema.org/draft-07/schema#";

    private const string Number = @"[0-9]+(\.[0-9]+)?";

    private static readonly JsonWriterOptions Readable =
        new() { Indented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Generate(Shape.Map top)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Readable))
        {
            json.WriteStartObject();
            json.WriteString("$schema", Draft);
            json.WriteString("title", "reuseportd");
            json.WriteString(
                "description", "Configuration of reuseportd: reuseportd.yaml and services.d/*.yaml. See reuseportd.yaml(5).");
            Write(json, top);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(bytes.ToArray()) + "\n";
    }

    /// <summary>Writes the keywords of a shape into the current object.</summary>
    private static void Write(Utf8JsonWriter json, Shape shape)
    {
        switch (shape)
        {
            case Shape.Integer(var least, var most):
                Write(json, "integer", least, most, "^[+-]?[0-9]+$");
                break;
            case Shape.Fraction(var least, var most):
                Write(json, "number", least, most, $"^{Number}$");
                break;
            case Shape.Flag:
                Types(json, "boolean", "string");
                json.WriteString("pattern", "^(true|True|TRUE|false|False|FALSE)$");
                break;
            case Shape.Duration(var least):
                Write(json, least);
                break;
            case Shape.Size(var least, var most):
                Write(json, "integer", least, most, "^[0-9]+(B|KiB|MiB|GiB|TiB)?$");
                break;
            case Shape.Choice(var words):
                Write(json, words);
                break;
            case Shape.NullWord:
                json.WriteString("type", "null");
                break;
            case Shape.Text(null, _):
                Types(json, "string", "number", "boolean");
                break;
            case Shape.Text(var pattern, var orNumber):
                if (orNumber) Types(json, "string", "number");
                else json.WriteString("type", "string");
                json.WriteString("pattern", pattern);
                break;
            case Shape.List list:
                Write(json, list);
                break;
            case Shape.AnyOf(var shapes):
                AnyOf(json, shapes);
                break;
            case Shape.Names(var name, var value):
                json.WriteString("type", "object");
                json.WriteStartObject("patternProperties");
                MapSchema.Own(json);
                json.WriteStartObject($"^(?!x-){name}$");
                Write(json, value);
                json.WriteEndObject();
                json.WriteEndObject();
                json.WriteBoolean("additionalProperties", false);
                break;
            case Shape.Map map:
                MapSchema.Write(json, map, Write);
                break;
        }
    }

    /// <param name="pattern">Of a number that is written as a string.</param>
    private static void Write(Utf8JsonWriter json, string type, decimal least, decimal most, string pattern)
    {
        Types(json, type, "string");
        json.WriteNumber("minimum", least);
        json.WriteNumber("maximum", most);
        json.WriteString("pattern", pattern);
    }

    private static void Write(Utf8JsonWriter json, TimeSpan least)
    {
        var zero = least == TimeSpan.Zero ? "0|" : "";
        if (least == TimeSpan.Zero)
        {
            Types(json, "string", "integer");
            json.WriteNumber("minimum", 0);
            json.WriteNumber("maximum", 0);
        }
        else
            json.WriteString("type", "string");

        json.WriteString(
            "pattern", $"^({zero}(?=.)({Number}d)?({Number}h)?({Number}m(in)?)?({Number}s)?({Number}ms)?)$");
    }

    /// <summary>Writes accepted words, including those that YAML would parse as true, false or a number.</summary>
    private static void Write(Utf8JsonWriter json, IReadOnlyList<string> words)
    {
        json.WriteStartArray("enum");
        foreach (var word in words) json.WriteStringValue(word);
        if (words.Contains("true")) json.WriteBooleanValue(true);
        if (words.Contains("false")) json.WriteBooleanValue(false);
        json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, Shape.List list)
    {
        if (list.OrOne)
        {
            AnyOf(json, [list.Item, list with { OrOne = false }]);
            return;
        }

        json.WriteString("type", "array");
        json.WriteStartObject("items");
        Write(json, list.Item);
        json.WriteEndObject();
        if (list.Least > 0) json.WriteNumber("minItems", list.Least);
        if (list.Most < int.MaxValue) json.WriteNumber("maxItems", list.Most);
    }

    private static void AnyOf(Utf8JsonWriter json, IReadOnlyList<Shape> shapes)
    {
        json.WriteStartArray("anyOf");
        foreach (var shape in shapes)
        {
            json.WriteStartObject();
            Write(json, shape);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void Types(Utf8JsonWriter json, params ReadOnlySpan<string> types)
    {
        json.WriteStartArray("type");
        foreach (var type in types) json.WriteStringValue(type);
        json.WriteEndArray();
    }

    /// <summary>Writes the default of a key, in the type that YAML parses it to.</summary>
    public static void Default(Utf8JsonWriter json, string value)
    {
        json.WritePropertyName("default");
        if (value is "true" or "false") json.WriteBooleanValue(value == "true");
        else if (decimal.TryParse(
                     value, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture,
                     out var number))
            json.WriteNumberValue(number);
        else json.WriteStringValue(value);
    }
}
