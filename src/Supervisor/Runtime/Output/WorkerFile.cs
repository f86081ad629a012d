using Reuseportd.Linux.Users;
using Reuseportd.Observability.Destinations;

namespace Reuseportd.Runtime.Output;

/// <summary>Two streams with equal keys share one open file.</summary>
/// <param name="Identity">The user that opens the file; null for the daemon's own user.</param>
internal sealed record FileKey(string Path, Identity? Identity);

/// <summary>
/// A file for worker output. Reopening replaces the file descriptor behind it. Only the output loop's thread uses it.
/// </summary>
internal sealed class WorkerFile(FileKey key, LineFile opened)
{
    private LineFile _opened = opened;
    private bool _closed;

    public FileKey Key { get; } = key;

    public FileQueue Queue => _opened.Queue;

    /// <summary>True after the first output. After the end of the last stream, every thread may read it.</summary>
    public bool HasOutput { get; private set; }

    /// <param name="stream">The stream that the bytes come from.</param>
    /// <param name="continues">True if they continue a line.</param>
    public void Append(object stream, ReadOnlySpan<byte> bytes, bool continues = false)
    {
        HasOutput = true;
        _opened.Queue.Append(_opened, stream, bytes, continues);
    }

    /// <summary>
    /// Sends further lines to a newly opened file. Lines that are already queued still go to the old file, which is then closed.
    /// </summary>
    /// <param name="closed">Called when the old file is closed.</param>
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
