using Reuseportd.Model;

namespace Reuseportd.Observability.Destinations;

/// <summary>The native side of a <see cref="LineFile"/>: one descriptor. The writer thread disposes it.</summary>
internal interface IFileTransport : IDisposable
{
    /// <summary>write(2); may wait for a disk, but not for a reader.</summary>
    /// <param name="error">The error if no byte was written; EAGAIN if there is no room.</param>
    /// <returns>Number of bytes written; 0 on error.</returns>
    int Write(ReadOnlySpan<byte> bytes, out Errno error);

    /// <summary>Waits until there is room, or for the given time.</summary>
    void AwaitRoom(TimeSpan patience);
}
