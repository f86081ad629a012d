using System.Text;
using System.Text.Json;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Yaml;

namespace Reuseportd.Control.Import.Pm2;

/// <summary>Reads JSON, with comments and final commas, as a tree with places.</summary>
internal static class JsonNodes
{
    /// <returns>Null after an error.</returns>
    public static Node? Read(SourceText source, Findings findings)
    {
        var bytes = Encoding.UTF8.GetBytes(source.Text);
        var options = new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };
        var reader = new Utf8JsonReader(bytes, options);
        var places = new Places(source.File, bytes);
        try
        {
            if (!reader.Read()) return null;
            var root = Value(ref reader, places);
            if (!reader.Read()) return root;
        }
        catch (JsonException error)
        {
            // PM2 evaluates such a file as JavaScript.
            findings.Error(
                Places.Of(source.File, bytes, error), "",
                "invalid JSON here; write keys in double quotes, or write the file as NAME.config.js with 'module.exports ='");
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair, as an escape.
            findings.Error(places.At(reader.TokenStartIndex), "", "a text here is not Unicode");
        }

        return null;
    }

    private static Node Value(ref Utf8JsonReader reader, Places places)
    {
        var place = places.At(reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                // As in JavaScript, the last value of a name counts.
                var entries = new OrderedDictionary<string, Entry>(StringComparer.Ordinal);
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    var key = new ScalarNode(places.At(reader.TokenStartIndex), reader.GetString()!, plain: false);
                    reader.Read();
                    entries[key.Text] = new Entry(key, Value(ref reader, places));
                }

                return new MapNode(place, [.. entries.Values], [], flow: true);
            case JsonTokenType.StartArray:
                var items = new List<Node>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) items.Add(Value(ref reader, places));
                return new ListNode(place, items);
            case JsonTokenType.String:
                return new ScalarNode(place, reader.GetString()!, plain: false);
            default:
                return new ScalarNode(place, Encoding.UTF8.GetString(reader.ValueSpan), plain: true);
        }
    }

    /// <summary>Places of rising offsets; each byte is looked at once.</summary>
    private sealed class Places(string file, byte[] bytes)
    {
        private int line = 1;
        private int lineStart;
        private int at;

        public static Place Of(string file, ReadOnlySpan<byte> bytes, JsonException error)
        {
            var line = (int)(error.LineNumber ?? 0);
            for (var number = 0; number < line; number++) bytes = bytes[(bytes.IndexOf((byte)'\n') + 1)..];
            var length = (int)Math.Min(error.BytePositionInLine ?? 0, bytes.Length);
            return new Place(file, line + 1, Encoding.UTF8.GetCharCount(bytes[..length]) + 1);
        }

        public Place At(long offset)
        {
            for (; at < offset && at < bytes.Length; at++)
            {
                if (bytes[at] != '\n') continue;
                line++;
                lineStart = at + 1;
            }

            return new Place(file, line, Encoding.UTF8.GetCharCount(bytes, lineStart, Math.Max(0, at - lineStart)) + 1);
        }
    }
}
