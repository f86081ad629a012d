using Reuseportd.Linux.Users;
using Reuseportd.Observability.Destinations;

namespace Reuseportd.Runtime.Output;

/// <summary>What makes two streams share one open file: the same path, opened as the same user.</summary>
/// <param name="Identity">Null for the daemon's own.</param>
internal sealed record FileKey(string Path, Identity? Identity);

/// <summary>
/// A file that the output of workers goes to, whichever of its openings is in use. Only the output loop's thread uses it.
/// </summary>
internal sealed class WorkerFile(FileKey key, LineFile opened)
{
    private LineFile _opened = opened;
    private bool _closed;

    public FileKey Key { get; } = key;

    public FileQueue Queue => _opened.Queue;

    public void Append(WorkerStream stream, ReadOnlySpan<byte> bytes) => _opened.Queue.Append(_opened, stream, bytes);

    /// <summary>
    /// From here on lines go to another opening of the path. What was appended before goes to the former one, and closes it.
    /// </summary>
    /// <param name="closed">Called when the former one is closed.</param>
    public void Replace(LineFile opened, Action closed)
    {
        var former = _closed ? opened : _opened;
        _opened = _closed ? _opened : opened;
        former.Queue.Close(former, closed);
    }

    public void Close()
    {
        if (_closed) return;
        _closed = true;
        _opened.Queue.Close(_opened, static () => { });
    }
}
