using Reuseportd.Linux.Files;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Output;

namespace Reuseportd.Runtime.Handover;

/// <summary>Keeps unfinished lines in the file of the state. Thread-safe.</summary>
internal sealed class LineRecords(RecordLog log) : ILineStore
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public Task Begun => _begun.Task;

    /// <summary>Must be called when the next daemon would get this log.</summary>
    public void Begin() => _begun.TrySetResult();

    public void Save(ulong process, OutputStream stream, UnfinishedLine line)
    {
        var isStderr = stream == OutputStream.Stderr;
        byte[] record = line.Bytes.Length == 0
            ? []
            : StateRecords.Write(new SavedStream(Pipe: -1, process, isStderr, line.Bytes, line.Continues));
        // The loop's next write tells of an error.
        _ = log.TryWrite((StateRecords.KeyOf(process, isStderr), record));
    }
}
