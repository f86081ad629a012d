using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Runtime.Handover;

/// <summary>Asks the loop for the state of the fleet.</summary>
/// <param name="IsTrial">True if the loop goes on in any case. Else the loop ends after a state, and the workers run on.</param>
internal sealed record HandoverMessage(bool IsTrial, TaskCompletionSource<HandedOver> Done) : Message
{
    public override void Refuse() => Done.TrySetCanceled();
}

/// <summary>The answer of the loop.</summary>
/// <param name="Obstacle">The reason why there is no state, as the end of a sentence; null with a state.</param>
internal sealed record HandedOver(string? Obstacle, SavedService[] Services, ulong LastToken)
{
    public SavedTotals? Totals { get; init; }

    /// <summary>The drain of the host; null if the host serves.</summary>
    public SavedHost? Host { get; init; }

    /// <summary>The fleet at that moment.</summary>
    public FleetSnapshot? Fleet { get; init; }
}
