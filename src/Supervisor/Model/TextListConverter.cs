using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reuseportd.Model;

/// <summary>Reads and writes a list of texts as JSON. The serializer itself cannot make such a list.</summary>
internal sealed class TextListConverter : JsonConverter<ValueList<string>>
{
    public override ValueList<string> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.StartArray) throw new JsonException("no list");
        List<string> texts = [];
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) texts.Add(TextOf(ref reader));
        return [.. texts];
    }

    private static string TextOf(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw new JsonException("no text");
        }
        catch (InvalidOperationException failure)
        {
            throw new JsonException("the text is no UTF-8", failure);
        }
    }

    public override void Write(Utf8JsonWriter writer, ValueList<string> value, JsonSerializerOptions options)
    {
        writer.WriteStartArray();
        foreach (var text in value) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
