using Reuseportd.Linux.ReusePort;
using Reuseportd.Model;
using Reuseportd.Planning;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Http;

/// <summary>
/// What the API asks of the daemon. Every call is a message to the loop, or reads files; nothing here touches the loop's state.
/// </summary>
internal interface IFleetControl
{
    /// <summary>Reads the configuration again and converges; where it has errors, nothing changes.</summary>
    /// <param name="timeout">After which the answer is given as things are; null for as long as it takes.</param>
    Task<ApplyResult> ApplyAsync(TimeSpan? timeout, CancellationToken cancellation);

    Task<FleetSnapshot> SnapshotAsync(CancellationToken cancellation);

    /// <summary>How connections are steered, and how many each worker was given.</summary>
    Task<Shared> SharesAsync(CancellationToken cancellation);

    /// <param name="by">Who asks, for the log.</param>
    /// <param name="timeout">As of <see cref="ApplyAsync"/>; of no meaning where nobody waits.</param>
    Task<CommandResult> CommandAsync(
        FleetCommand command, ValueList<NamePattern> names, bool wait, TimeSpan? timeout, string by, CancellationToken cancellation);

    /// <summary>What the files say now; nothing is done about it.</summary>
    /// <param name="anew">
    /// Whether files that are as they were are read again: users and groups that they name may have changed.
    /// </param>
    Task<ConfigurationReading> ReadAsync(bool anew, CancellationToken cancellation);
}

/// <param name="Way">As the configuration names it.</param>
/// <param name="Counts">Only of workers that are counted.</param>
internal sealed record Shared(string Way, IReadOnlyDictionary<WorkerName, SlotCounts> Counts);

/// <param name="Errors">Of the configuration, with file, line and column; where there are any, nothing was changed.</param>
/// <param name="Warnings">What else there is to say of it.</param>
internal sealed record ApplyResult(IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, ConvergeResult? Done)
{
    /// <summary>Files of the output of workers that could not be opened again, whatever the configuration says.</summary>
    public ValueList<UnopenedFile> Unopened { get; init; } = [];
}

/// <summary>The files of the configuration, read and judged.</summary>
/// <param name="Fleet">Null where they have errors.</param>
/// <param name="Files">Paths of those that were read.</param>
internal sealed record ConfigurationReading(
    FleetSpec? Fleet, IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, IReadOnlyList<string> Files);
