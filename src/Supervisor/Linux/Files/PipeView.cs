using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>Reads pipes and leaves the bytes in them (tee(2)), by a pipe of its own. For one thread.</summary>
internal sealed unsafe class PipeView : IDisposable
{
    private readonly Pipe _read;
    private readonly Descriptor _write;

    /// <exception cref="LinuxException">No descriptor is free.</exception>
    public PipeView()
    {
        var ends = stackalloc int[2];
        if (Libc.Pipe(ends, Libc.OpenCloseOnExec) != 0) throw new LinuxException("pipe2", Libc.LastErrno);
        (_read, _write) = (new Pipe(ends[0]), new Descriptor(ends[1]));
    }

    /// <summary>
    /// Copies bytes from the front of the pipe, as many as fit into the buffer and into this object's own pipe of 16 pages. The
    /// results are those of <see cref="Pipe.Read"/>; EINVAL for what is no pipe.
    /// </summary>
    public IoResult Read(Pipe pipe, Span<byte> buffer)
    {
        IoResult copied;
        do copied = IoResult.FromCall(Libc.Tee(pipe, _write, (nuint)buffer.Length, Libc.SpliceWithoutWaiting));
        while (copied.Errno == Errno.Interrupted);
        for (var count = 0; count < copied.Count;)
        {
            var read = _read.Read(buffer[count..copied.Count]);
            if (read.Count == 0) return read;
            count += read.Count;
        }

        return copied;
    }

    public void Dispose()
    {
        _read.Dispose();
        _write.Dispose();
    }
}
