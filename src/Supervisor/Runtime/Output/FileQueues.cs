using System.Collections.Concurrent;
using Reuseportd.Linux.Files;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Serilog;

namespace Reuseportd.Runtime.Output;

/// <summary>
/// The queues to the file systems that workers' output goes to, made as they are needed: for any thread. What is no regular file
/// (a FIFO, a terminal) has one queue for all of them.
/// </summary>
/// <param name="roomMade">See <see cref="FileQueue"/>.</param>
internal sealed class FileQueues(ILogger log, TimeProvider time, Action roomMade) : IDisposable
{
    private readonly ConcurrentDictionary<(uint, uint), Lazy<FileQueue>> _byDevice = new();

    /// <summary>Opens a file as somebody; may take as long as its file system does.</summary>
    public LineFile? TryOpen(FileKey key, out Errno errno)
    {
        if (AppendFile.TryOpen(key.Path, key.Identity, out errno) is not { } file) return null;
        var queue = _byDevice.GetOrAdd(file.Device() ?? default, _ => new Lazy<FileQueue>(() => new FileQueue(log, time, roomMade))).Value;
        return new LineFile(key.Path, new Transport(file), queue);
    }

    /// <summary>Writes what waits, each file system having that long.</summary>
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
