using Reuseportd.Model;
using Serilog;

namespace Reuseportd.Observability.Destinations;

/// <summary>The thread that writes the files of one file system. No error of a file ends it.</summary>
internal sealed class FileWriter(FileQueue queue, ILogger log)
{
    /// <summary>
    /// Bytes of one write(2). A slow disk shows progress after each; a fast disk accepts pieces of this size as fast as larger
    /// ones.
    /// </summary>
    private const int MostAtOnce = 64 * 1024;

    /// <summary>Files that have lost lines and accept data again: the loss is reported after a while without loss.</summary>
    private readonly HashSet<LineFile> _recovering = [];

    private Thread? _thread;
    private long _progress;

    public long Progress => Volatile.Read(ref _progress);

    public bool IsStarted => _thread is not null;

    public void Start()
    {
        _thread = new Thread(Run) { IsBackground = true, Name = "file-writer" };
        _thread.Start();
    }

    private void Run()
    {
        while (queue.Take(_recovering.Count > 0 ? LossSpell.Calm : null) is { } batch)
        {
            for (var index = 0; index < batch.Blocks.Count; index++)
            {
                var (file, _, closed) = batch.Blocks[index];
                if (closed is null) Write(file, batch[index]);
                else Close(file, closed);
            }

            queue.Settle();
            _recovering.RemoveWhere(file => queue.Took(file));
        }
    }

    private void Write(LineFile file, ReadOnlySpan<byte> bytes)
    {
        var error = Errno.None;
        try
        {
            // The disk filled up in the middle of a line: the newline keeps the next line intact.
            if (file is { IsTorn: true, NeedsNewline: true }) WriteAll(file, "\n"u8, out error);
            if (error == Errno.None) bytes = WriteAll(file, bytes, out error);
        }
#pragma warning disable CA1031 // A fault of one file must not stop the output to others.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            log.Error(fault, "a fault while writing {file}", file.Path);
            error = Errno.InputOutput;
        }

        file.NeedsNewline = error != Errno.None;
        if (error == Errno.None)
        {
            if (file.Loss.Lasts) _recovering.Add(file);
            return;
        }

        _recovering.Remove(file);
        queue.Lost(file, FileQueue.LinesOf(bytes), error == Errno.Again ? Errno.None : error);
    }

    /// <returns>The part that was not written.</returns>
    private ReadOnlySpan<byte> WriteAll(LineFile file, ReadOnlySpan<byte> bytes, out Errno error)
    {
        error = Errno.None;
        while (!bytes.IsEmpty)
        {
            var count = file.Transport.Write(bytes[..Math.Min(bytes.Length, MostAtOnce)], out error);
            if (count == 0 && error == Errno.Again && !file.IsFull)
            {
                file.Transport.AwaitRoom(FileQueue.StallAfter);
                count = file.Transport.Write(bytes[..Math.Min(bytes.Length, MostAtOnce)], out error);
            }

            Volatile.Write(ref _progress, _progress + 1);
            file.IsFull = count == 0 && error == Errno.Again;
            if (count == 0) break;
            file.IsTorn = bytes[count - 1] != (byte)'\n';
            bytes = bytes[count..];
        }

        return bytes;
    }

    private void Close(LineFile file, Action closed)
    {
        queue.Took(file, isClosed: true);
        _recovering.Remove(file);
        file.Transport.Dispose();
        closed();
    }
}
