using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>A request for the state of the fleet.</summary>
internal abstract record SnapshotMessage : Message
{
    private SnapshotMessage() { }

    internal sealed record TakeSnapshot(TaskCompletionSource<FleetSnapshot> Done) : SnapshotMessage
    {
        /// <summary>The loop calls it before it takes the snapshot: a later request needs a newer snapshot.</summary>
        public Action? Begin { get; init; }

        public override void Refuse() => Done.TrySetCanceled();
    }
}
