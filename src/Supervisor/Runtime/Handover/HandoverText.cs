using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reuseportd.Runtime.Handover;

/// <summary>A state as text (JSON, UTF-8), and back. Pure.</summary>
internal static class HandoverText
{
    private static readonly string Forms = SavedDaemon.OldestForm == SavedDaemon.PresentForm
        ? $"form {SavedDaemon.PresentForm}"
        : $"forms {SavedDaemon.OldestForm} to {SavedDaemon.PresentForm}";

    public static byte[] Write(SavedDaemon state) => JsonSerializer.SerializeToUtf8Bytes(state, HandoverJson.Default.SavedDaemon);

    /// <summary>Reads a state and judges each of its values, so that the state can be restored.</summary>
    /// <param name="problem">The reason why the state is refused; null for a state.</param>
    public static SavedDaemon? TryRead(ReadOnlySpan<byte> text, out string? problem)
    {
        try
        {
            problem = FormOf(text) is var form && form is < SavedDaemon.OldestForm or > SavedDaemon.PresentForm
                ? $"the state has form {form}, and this program reads {Forms}"
                : null;
            if (problem is not null) return null;
            var state = JsonSerializer.Deserialize(text, HandoverJson.Default.SavedDaemon);
            problem = state is null
                ? "the state is empty"
                : HandoverRules.Problem(state) ?? HandoverRules.ProblemOfDescriptors(state);
            return problem is null ? state : null;
        }
        catch (Exception failure) when (failure is JsonException or FormatException or NotSupportedException)
        {
            problem = $"the state cannot be read: {failure.Message}";
            return null;
        }
    }

    private static int FormOf(ReadOnlySpan<byte> text)
    {
        var reader = new Utf8JsonReader(text);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) throw new FormatException("no object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isForm = reader.ValueTextEquals("form"u8);
            reader.Read();
            if (isForm) return reader.TokenType == JsonTokenType.Number && reader.TryGetInt32(out var form) ? form : -1;
            reader.Skip();
        }

        throw new FormatException("no form");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UseStringEnumConverter = true,
    IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(SavedDaemon))]
[JsonSerializable(typeof(SavedStream))]
[JsonSerializable(typeof(SavedStream[]))]
internal sealed partial class HandoverJson : JsonSerializerContext;
