using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Reuseportd.Control.Tables;

namespace Reuseportd.Control.Verbs;

/// <summary>
/// JSON in one line as people write it: only what would not be JSON is escaped, and what would steer a terminal; pure.
/// </summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Of(JsonElement value)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Plain)) value.WriteTo(json);
        return Shown.Harmless(Encoding.UTF8.GetString(bytes.ToArray()));
    }
}
