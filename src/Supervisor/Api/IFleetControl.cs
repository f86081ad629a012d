using Reuseportd.Runtime;

namespace Reuseportd.Api;

/// <summary>What the API asks of the daemon. Every call is a message to the loop; nothing here touches its state.</summary>
internal interface IFleetControl
{
    /// <summary>Reads the configuration again and converges; where it has errors, nothing changes.</summary>
    Task<ApplyResult> ApplyAsync(CancellationToken cancellation);

    Task<FleetSnapshot> SnapshotAsync(CancellationToken cancellation);
}

/// <param name="Errors">Of the configuration, with file, line and column; where there are any, nothing was changed.</param>
/// <param name="Warnings">What else there is to say of it.</param>
internal sealed record ApplyResult(IReadOnlyList<string> Errors, IReadOnlyList<string> Warnings, ConvergeResult? Done);
