using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Reuseportd.Control.Output;

/// <summary>JSON in one line without unnecessary escapes: only JSON's own and those of control characters; pure.</summary>
internal static class JsonText
{
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Format(JsonElement value)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, Plain)) value.WriteTo(json);
        return Shown.Harmless(Encoding.UTF8.GetString(bytes.ToArray()));
    }
}
