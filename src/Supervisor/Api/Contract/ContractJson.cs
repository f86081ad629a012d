using System.Text.Json;
using System.Text.Json.Serialization;

namespace Reuseportd.Api.Contract;

/// <summary>Serializers of the documents, generated at build time: NativeAOT has no reflection.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(ServiceDocument))]
[JsonSerializable(typeof(BindsDocument))]
[JsonSerializable(typeof(CommandRequest))]
[JsonSerializable(typeof(SignalRequest))]
[JsonSerializable(typeof(ScaleRequest))]
[JsonSerializable(typeof(DrainRequest))]
[JsonSerializable(typeof(UndrainRequest))]
[JsonSerializable(typeof(CommandDocument))]
[JsonSerializable(typeof(ApplyRequest))]
[JsonSerializable(typeof(ApplyDocument))]
[JsonSerializable(typeof(ReexecRequest))]
[JsonSerializable(typeof(ReexecDocument))]
[JsonSerializable(typeof(CheckDocument))]
[JsonSerializable(typeof(DiffDocument))]
[JsonSerializable(typeof(EventDocument))]
[JsonSerializable(typeof(LogLine))]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(JsonElement))]
internal sealed partial class ContractJson : JsonSerializerContext;
