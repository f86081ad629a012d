using Reuseportd.Diagnosis;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Runtime.Tests.Harness;

/// <summary>The reasons of states and results, as values for assertions and as text for messages of tests.</summary>
internal static class Details
{
    extension(WorkerSnapshot worker)
    {
        /// <summary>The failure that is the reason for the state; null for other reasons.</summary>
        public SlotFailure? Failure => (worker.Reason as StateReason.Failure)?.Of;

        /// <summary>The error of a start that failed; null for other failures.</summary>
        public SpawnError? SpawnError => (worker.Failure as SlotFailure.NotStarted)?.Error;
    }

    extension(CommandEnd end)
    {
        /// <summary>The DETAIL as users read it, for messages.</summary>
        public string? Detail => CommandWords.Of(end);
    }
}
