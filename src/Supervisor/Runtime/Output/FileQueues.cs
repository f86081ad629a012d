using System.Collections.Concurrent;
using Reuseportd.Linux.Files;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Lines;
using Serilog;

namespace Reuseportd.Runtime.Output;

/// <summary>
/// The write queues of worker output, one for each file system, made on demand. FIFOs, terminals and other special files share
/// one queue. Thread-safe.
/// </summary>
/// <param name="changed">See <see cref="FileQueue"/>.</param>
internal sealed class FileQueues(ILogger log, TimeProvider time, Action changed, LostLines lost) : IDisposable
{
    private readonly ConcurrentDictionary<(uint, uint), Lazy<FileQueue>> _byDevice = new();

    /// <summary>Opens a file as the user in its key. Can block for as long as the file system does.</summary>
    /// <param name="isFirst">True if this daemon does not write to it yet; an earlier one may have ended within a line.</param>
    public LineFile? TryOpen(FileKey key, bool isFirst, out Errno errno)
    {
        if (AppendFile.TryOpen(key.Path, key.Identity, out errno) is not { } file) return null;
        var queue = _byDevice.GetOrAdd(
            file.Device() ?? default, _ => new Lazy<FileQueue>(() => new FileQueue(log, time, changed, lost)));
        var opened = new LineFile(key.Path, new Transport(file), queue.Value);
        if (isFirst && file.EndsWithinLine()) opened.ContinueFormer();
        return opened;
    }

    /// <summary>Writes the queued lines. Each file system gets this much time.</summary>
    public void Stop(TimeSpan within)
    {
        foreach (var queue in _byDevice.Values) queue.Value.Stop(within);
    }

    public void Dispose()
    {
        foreach (var queue in _byDevice.Values) queue.Value.Dispose();
    }

    private sealed class Transport(AppendFile file) : IFileTransport
    {
        public int Write(ReadOnlySpan<byte> bytes, out Errno error)
        {
            var result = file.Write(bytes);
            error = result.Errno;
            return result.Count;
        }

        public void AwaitRoom(TimeSpan patience) => file.AwaitRoom(patience);

        public void Dispose() => file.Dispose();
    }
}
