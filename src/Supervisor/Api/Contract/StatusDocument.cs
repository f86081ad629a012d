using System.Text.Json.Serialization;

namespace Reuseportd.Api.Contract;

/// <summary>Answer of <c>GET /v1/status</c>. Durations are seconds.</summary>
/// <param name="Uptime">Of the daemon.</param>
internal sealed record StatusDocument(string Version, double Uptime, IReadOnlyList<WorkerStatus> Workers);

/// <summary>One worker.</summary>
/// <param name="Name"><c>web@0</c>.</param>
/// <param name="State">stopped, starting, ready, stopping, backoff or failed.</param>
/// <param name="Uptime">Of its process; absent where none runs.</param>
/// <param name="NextTry">Until it is started again, in backoff.</param>
/// <param name="LastExit">How its last process ended.</param>
/// <param name="Detail">What it waits for, or why it failed.</param>
internal sealed record WorkerStatus(
    string Name,
    string State,
    int? Pid,
    int Generation,
    int Restarts,
    double? Uptime,
    double? NextTry,
    string? LastExit,
    string? Detail,
    IReadOnlyList<BindStatus> Binds);

/// <summary>The newest outcome of a <c>bind</c> or <c>listen</c> on one address and port.</summary>
/// <param name="Call">bind or listen.</param>
/// <param name="Sharded">Whether the socket matched the filters.</param>
/// <param name="Result">"ok", or the name of the errno.</param>
internal sealed record BindStatus(string Call, string Type, string Address, int Port, bool Sharded, string Result);

/// <summary>Answer of <c>POST /v1/apply</c>: the errors of the configuration, or what was done, in services.</summary>
/// <param name="Ready">Of all workers, whether the change touched them or not.</param>
/// <param name="Warnings">Of the configuration, whether or not it has errors.</param>
/// <param name="NotReady">Workers of the services that were added or changed that did not get ready.</param>
internal sealed record ApplyDocument(
    IReadOnlyList<string> Errors,
    int Added,
    int Changed,
    int Removed,
    int Unchanged,
    int Ready,
    int Workers,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<UnreadyWorker> NotReady);

/// <summary>A worker that did not get ready.</summary>
/// <param name="Detail">As in <see cref="WorkerStatus"/>.</param>
internal sealed record UnreadyWorker(string Name, string State, string? Detail);

/// <summary>Why a request was not served.</summary>
internal sealed record ProblemDocument(string Error);

/// <summary>JSON of the documents, made at build time: NativeAOT has no reflection to make it from later.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(ApplyDocument))]
[JsonSerializable(typeof(ProblemDocument))]
internal sealed partial class ContractJson : JsonSerializerContext;
