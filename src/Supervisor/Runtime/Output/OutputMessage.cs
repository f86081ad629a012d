using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Output;

/// <summary>A message about worker output or its files.</summary>
internal abstract record OutputMessage : Message
{
    private OutputMessage() { }

    /// <summary>The preload library in a worker, or the kernel, has reported an outcome.</summary>
    /// <param name="Process">Serial number of the process, unique in the daemon's life.</param>
    internal sealed record OutcomeSeen(ulong Process, BindOutcome Outcome) : OutputMessage;

    /// <summary>The last open connection of a draining process has ended.</summary>
    /// <param name="Process">Serial number of the process.</param>
    internal sealed record Idle(ulong Process) : OutputMessage;

    /// <summary>A worker's stderr has ended, and the daemon has read all of it.</summary>
    internal sealed record StreamEnded(ulong Process) : OutputMessage;

    /// <summary>A stream that wrote to this file has ended.</summary>
    internal sealed record FileReleased(WorkerFile File) : OutputMessage;

    /// <summary>A file is open, or has failed to open.</summary>
    internal sealed record FileOpened(FileKey Key, LineFile? File, Errno Errno) : OutputMessage
    {
        public override void Refuse() => File?.Discard();
    }

    /// <summary>A request to open all output files again.</summary>
    /// <param name="Done">Completed with the files that could not be opened, when no line goes to an old file any more.</param>
    internal sealed record ReopenFiles(TaskCompletionSource<ValueList<UnopenedFile>> Done) : OutputMessage
    {
        public override void Refuse() => Done.TrySetResult([]);
    }
}
