using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Http;

/// <summary>The daemon, for the API. A call posts a message to the loop or reads files; it touches no loop state.</summary>
internal interface IFleetControl
{
    /// <summary>Reads the configuration again and applies it. With errors, nothing changes.</summary>
    /// <param name="timeout">The longest wait for workers to settle; null for no limit.</param>
    Task<ApplyResult> ApplyAsync(TimeSpan? timeout, CancellationToken cancellation);

    Task<FleetSnapshot> SnapshotAsync(CancellationToken cancellation);

    /// <summary>The kind of steering, and the number of connections that each worker has received.</summary>
    Task<Shared> SharesAsync(CancellationToken cancellation);

    /// <param name="timeout">As of <see cref="ApplyAsync"/>; ignored without <paramref name="wait"/>.</param>
    /// <param name="by">The user, for the log.</param>
    Task<CommandResult> CommandAsync(
        FleetCommand command,
        ValueList<NamePattern> names,
        bool wait,
        TimeSpan? timeout,
        string by,
        CancellationToken cancellation);

    /// <summary>Replaces the daemon by the program on disk. The workers run on.</summary>
    /// <param name="timeout">The longest wait until no process is between its fork and its exec.</param>
    /// <returns>The reason why the daemon goes on as before; null if the new program takes over.</returns>
    Task<string?> ReplaceAsync(TimeSpan timeout, CancellationToken cancellation);

    /// <summary>Reads the configuration without applying it.</summary>
    /// <param name="anew">True to read unchanged files, too: users and groups that the files name may have changed.</param>
    Task<ConfigurationReading> ReadAsync(bool anew, CancellationToken cancellation);
}

/// <param name="Way">The kind of steering, as the configuration names it.</param>
/// <param name="Counts">Of workers whose connections are counted.</param>
internal sealed record Shared(string Way, IReadOnlyDictionary<WorkerName, GivenCounts> Counts);

/// <param name="Errors">Of the configuration, with file, line and column. With errors, nothing has changed.</param>
/// <param name="Warnings">Of the configuration.</param>
internal sealed record ApplyResult(IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, ConvergeResult? Done)
{
    /// <summary>Output files of workers that the daemon could not open again.</summary>
    public ValueList<UnopenedFile> Unopened { get; init; } = [];
}

/// <summary>The configuration on disk, validated.</summary>
/// <param name="Fleet">Null with errors.</param>
/// <param name="Files">Paths of the files that were read.</param>
internal sealed record ConfigurationReading(
    FleetSpec? Fleet, IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, IReadOnlyList<string> Files);
