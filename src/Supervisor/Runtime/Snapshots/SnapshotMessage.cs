using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>Questions about the state of the fleet.</summary>
internal abstract record SnapshotMessage : Message
{
    private SnapshotMessage() { }

    internal sealed record TakeSnapshot(TaskCompletionSource<FleetSnapshot> Done) : SnapshotMessage
    {
        /// <summary>
        /// Called ahead of looking: from here on the snapshot may lack what has been done since somebody asked.
        /// </summary>
        public Action? Begin { get; init; }

        public override void Refuse() => Done.TrySetCanceled();
    }
}
