using Reuseportd.Linux.Files;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Output;

namespace Reuseportd.Runtime.Handover;

/// <summary>Keeps unfinished lines in the file of the state. Thread-safe.</summary>
internal sealed class LineRecords(RecordLog log) : ILineStore
{
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
