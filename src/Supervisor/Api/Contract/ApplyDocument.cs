using System.Text.Json.Serialization;

namespace Reuseportd.Api.Contract;

/// <summary>Body of <c>POST /v1/apply</c>, which may be left out.</summary>
/// <param name="Wait">Whether the answer comes when all that was touched has settled; true where it is left out.</param>
/// <param name="Timeout">Seconds to wait at most; absent for as long as it takes.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ApplyRequest(bool? Wait = null, double? Timeout = null);

/// <summary>
/// Answer of <c>POST /v1/apply</c>: the errors of the configuration (status 422, nothing was changed), or what was done, in
/// services.
/// </summary>
/// <param name="Errors">With file, line and column.</param>
/// <param name="Added">Services that are new.</param>
/// <param name="Changed">Services that have other processes, another policy or another number of workers now.</param>
/// <param name="Removed">Services that are no more.</param>
/// <param name="Unchanged">Services that were not touched.</param>
/// <param name="Ready">Of all workers, whether the change touched them or not.</param>
/// <param name="Workers">Of all services.</param>
/// <param name="Warnings">Of the configuration, whether or not it has errors.</param>
/// <param name="NotReady">
/// Workers of the services that were added or changed that did not get ready or were not replaced, and of those that are paused;
/// where nothing was added, changed or removed, of all services those that have failed or are tried again.
/// </param>
internal sealed record ApplyDocument(
    IReadOnlyList<string> Errors,
    int Added,
    int Changed,
    int Removed,
    int Unchanged,
    int Ready,
    int Workers,
    IReadOnlyList<string> Warnings,
    IReadOnlyList<UnreadyWorker> NotReady)
{
    /// <summary>Whether the answer comes because the time was over, and some workers are still on their way.</summary>
    public bool TimedOut { get; init; }

    /// <summary>
    /// Connections that processes of the services that were touched still had when their <c>drain_timeout</c> was over and they were
    /// stopped; as far as was waited.
    /// </summary>
    public int Cut { get; init; }

    /// <summary>
    /// Services that run as before, as no process of what they were to become got ready; not among the changed.
    /// </summary>
    public IReadOnlyList<string> RolledBack { get; init; } = [];

    /// <summary>
    /// Files of the output of workers that could not be opened again, also where the configuration has errors: what was renamed
    /// is still written to.
    /// </summary>
    public IReadOnlyList<UnopenedLog> NotReopened { get; init; } = [];
}

/// <summary>A file that output goes on to as it is open.</summary>
/// <param name="Path">As <c>stdout</c> or <c>stderr</c> of a service has it.</param>
/// <param name="Error">Name of the errno.</param>
internal sealed record UnopenedLog(string Path, string Error);

/// <summary>A worker that did not get ready.</summary>
/// <param name="Name"><c>web@0</c>.</param>
/// <param name="State">As in <see cref="WorkerStatus"/>.</param>
/// <param name="Detail">As in <see cref="WorkerStatus"/>.</param>
internal sealed record UnreadyWorker(string Name, string State, string? Detail)
{
    /// <summary>As in <see cref="WorkerStatus"/>.</summary>
    public string? LastLine { get; init; }

    /// <summary>True where it is not replaced as that is paused; else absent.</summary>
    public bool? Paused { get; init; }
}
