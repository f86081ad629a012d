using Reuseportd.Model;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Destinations;

/// <summary>The native side of <see cref="StreamDestination"/>: write(2) on one descriptor.</summary>
internal interface IStreamTransport
{
    /// <summary>
    /// Writes from the start of <paramref name="bytes"/>; blocks until at least one byte is taken. EINTR is tried again, and
    /// EAGAIN of a descriptor that others made non-blocking is waited out with poll(2).
    /// </summary>
    /// <param name="error">Why nothing was written.</param>
    /// <returns>Bytes written; 0 on an error.</returns>
    int Write(ReadOnlySpan<byte> bytes, out Errno error);
}

/// <summary>A file, pipe or terminal: the records one behind the other.</summary>
internal sealed class StreamDestination(IStreamTransport transport) : ILogDestination
{
    /// <summary>
    /// Bytes of one write(2). To a pipe it returns only when all of them are taken, so a large one would make a slow reader
    /// look stuck; a file takes pieces of this size as fast as larger ones.
    /// </summary>
    private const int MostAtOnce = 64 * 1024;

    private bool _torn;

    public LogProgress Write(LogBatch batch)
    {
        // A disk that filled up in the middle of a record must not cost the next record its line too.
        if (_torn)
        {
            if (transport.Write("\n"u8, out var still) <= 0) return LogProgress.Failed(still);
            _torn = false;
        }

        var taken = transport.Write(batch.Bytes[..Math.Min(batch.Bytes.Length, MostAtOnce)], out var error);
        if (taken > 0) return LogProgress.Took(taken);
        _torn = batch.IsTorn;
        return LogProgress.Failed(error);
    }
}
