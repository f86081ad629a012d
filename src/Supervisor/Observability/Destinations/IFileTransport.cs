using Reuseportd.Model;

namespace Reuseportd.Observability.Destinations;

/// <summary>The native side of an <see cref="LineFile"/>: one descriptor. Disposed of by the thread that writes.</summary>
internal interface IFileTransport : IDisposable
{
    /// <summary>write(2); waits for a disk, but for no reader.</summary>
    /// <param name="error">Why nothing was written; EAGAIN where there is no room now.</param>
    /// <returns>Bytes written; 0 on an error.</returns>
    int Write(ReadOnlySpan<byte> bytes, out Errno error);

    /// <summary>Waits until there is room, or for that long.</summary>
    void AwaitRoom(TimeSpan patience);
}
