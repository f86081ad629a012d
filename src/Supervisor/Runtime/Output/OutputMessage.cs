using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Output;

/// <summary>What concerns the output of workers and its files.</summary>
internal abstract record OutputMessage : Message
{
    private OutputMessage() { }

    /// <summary>A worker's preload library said something.</summary>
    /// <param name="Process">Serial number of the process, unique in the daemon's life.</param>
    internal sealed record OutcomeSeen(ulong Process, BindOutcome Outcome) : OutputMessage;

    /// <summary>A stream of a worker came to its end: nothing it wrote is still on its way.</summary>
    internal sealed record StreamEnded(ulong Process) : OutputMessage;

    /// <summary>A stream that went to this file has ended.</summary>
    internal sealed record FileReleased(WorkerFile File) : OutputMessage;

    /// <summary>A file was opened, or could not be.</summary>
    internal sealed record FileOpened(FileKey Key, LineFile? File, Errno Errno) : OutputMessage
    {
        public override void Refuse() => File?.Discard();
    }

    /// <summary>Open again all files that output goes to.</summary>
    /// <param name="Done">Completed when nothing more is written to the former ones, with those that could not be opened.</param>
    internal sealed record ReopenFiles(TaskCompletionSource<ValueList<UnopenedFile>> Done) : OutputMessage
    {
        public override void Refuse() => Done.TrySetResult([]);
    }
}
