using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>Reads pipes and leaves the bytes in them (tee(2)), by a pipe of its own. For one thread.</summary>
internal sealed unsafe class PipeView : IDisposable
{
    private (Pipe Read, Descriptor Write)? _own;

    /// <summary>Takes its descriptors before workers can have all of them.</summary>
    public PipeView() => _ = TryMake(out _);

    /// <summary>
    /// Copies bytes from the front of the pipe, as many as fit into the buffer and into this object's own pipe of 16 pages. The
    /// results are those of <see cref="Pipe.Read"/>; EINVAL for what is no pipe.
    /// </summary>
    public IoResult Read(Pipe pipe, Span<byte> buffer)
    {
        if (!TryMake(out var errno)) return new IoResult(0, errno);
        var (from, into) = _own!.Value;
        IoResult copied;
        do copied = IoResult.FromCall(Libc.Tee(pipe, into, (nuint)buffer.Length, Libc.SpliceWithoutWaiting));
        while (copied.Errno == Errno.Interrupted);
        for (var count = 0; count < copied.Count;)
        {
            var read = from.Read(buffer[count..copied.Count]);
            count += read.Count;
            if (read.Errno == Errno.None && read.Count > 0) continue;
            // A page of a file that the worker has spliced can be unreadable, and stays in this pipe for ever.
            Dispose();
            return read.Errno == Errno.None ? new IoResult(0, Errno.InputOutput) : read;
        }

        return copied;
    }

    public void Dispose()
    {
        _own?.Read.Dispose();
        _own?.Write.Dispose();
        _own = null;
    }

    private bool TryMake(out Errno errno)
    {
        errno = Errno.None;
        if (_own is not null) return true;
        var ends = stackalloc int[2];
        errno = Libc.ErrnoOf(Libc.Pipe(ends, Libc.OpenCloseOnExec));
        if (errno == Errno.None) _own = (new Pipe(ends[0]), new Descriptor(ends[1]));
        return errno == Errno.None;
    }
}
