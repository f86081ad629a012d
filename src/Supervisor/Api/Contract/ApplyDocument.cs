using System.Text.Json.Serialization;

namespace Reuseportd.Api.Contract;

/// <summary>Body of <c>POST /v1/apply</c>; optional.</summary>
/// <param name="Wait">True if the answer waits until all changed workers have settled; true by default.</param>
/// <param name="Timeout">Seconds to wait at most; absent for no limit.</param>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ApplyRequest(bool? Wait = null, double? Timeout = null);

/// <summary>
/// Answer of <c>POST /v1/apply</c>: the errors of the configuration (status 422, nothing has changed), or numbers of services.
/// </summary>
/// <param name="Errors">Each with file, line and column.</param>
/// <param name="Added">New services.</param>
/// <param name="Changed">Services with other processes, another policy or another number of workers.</param>
/// <param name="Removed">Services that the files no longer have.</param>
/// <param name="Unchanged">All other services.</param>
/// <param name="Ready">Ready workers of all services.</param>
/// <param name="Workers">Workers of all services.</param>
/// <param name="Warnings">Of the configuration, with or without errors.</param>
/// <param name="NotReady">
/// Workers of added and changed services that are not ready or not replaced, and workers of paused updates. If no service was
/// added, changed or removed: all workers that have failed or wait for their next start.
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
    /// <summary>True if the timeout ended the wait before all workers had settled.</summary>
    public bool TimedOut { get; init; }

    /// <summary>Open connections of processes that were stopped after their <c>drain_timeout</c>, until the answer.</summary>
    public int Cut { get; init; }

    /// <summary>Services that run as before, as no new process became ready; not counted as changed.</summary>
    public IReadOnlyList<string> RolledBack { get; init; } = [];

    /// <summary>
    /// Output files of workers that the daemon could not open again; present also if the configuration has errors. Output goes on
    /// to the file that is open, even if it was renamed.
    /// </summary>
    public IReadOnlyList<UnopenedLog> NotReopened { get; init; } = [];
}

/// <summary>An output file that the daemon could not open again.</summary>
/// <param name="Path">As in <c>stdout</c> or <c>stderr</c> of the service.</param>
/// <param name="Error">Name of the errno.</param>
internal sealed record UnopenedLog(string Path, string Error);

/// <summary>A worker that is not ready or not replaced.</summary>
/// <param name="Name"><c>web@0</c>.</param>
/// <param name="State">As in <see cref="WorkerStatus"/>.</param>
/// <param name="Detail">As in <see cref="WorkerStatus"/>.</param>
internal sealed record UnreadyWorker(string Name, string State, string? Detail)
{
    /// <summary>As in <see cref="WorkerStatus"/>.</summary>
    public string? LastLine { get; init; }

    /// <summary>True if the worker is not replaced because its update is paused; else absent.</summary>
    public bool? Paused { get; init; }
}
