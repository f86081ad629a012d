using Reuseportd.Model;
using Reuseportd.Observability.Text;

namespace Reuseportd.Observability.Destinations;

/// <summary>The native side of <see cref="StreamDestination"/>: write(2) on one descriptor.</summary>
internal interface IStreamTransport
{
    /// <summary>
    /// Writes from the start of <paramref name="bytes"/>; blocks until at least one byte is accepted. Repeats the call after
    /// EINTR, and waits with poll(2) after EAGAIN, because another process may have made the descriptor non-blocking.
    /// </summary>
    /// <param name="error">The error if no byte was written.</param>
    /// <returns>Number of bytes written; 0 on error.</returns>
    int Write(ReadOnlySpan<byte> bytes, out Errno error);
}

/// <summary>A file, pipe or terminal: records one after another.</summary>
internal sealed class StreamDestination(IStreamTransport transport) : ILogDestination
{
    /// <summary>
    /// Bytes of one write(2). A write to a pipe returns only when all bytes are accepted, so a large one would make a slow reader
    /// look stuck. A file accepts pieces of this size as fast as larger ones.
    /// </summary>
    private const int MostAtOnce = 64 * 1024;

    private bool _torn;

    public LogProgress Write(LogBatch batch)
    {
        // The disk filled up in the middle of a record: the newline keeps the next record intact.
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
