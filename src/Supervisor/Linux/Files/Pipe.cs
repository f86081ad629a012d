using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Files;

/// <summary>The daemon's end of a worker's stdout or stderr. Only this end is non-blocking.</summary>
internal sealed unsafe class Pipe(int number) : Descriptor(number)
{
    /// <summary>Bytes that wait in the pipe; 0 if that is not known.</summary>
    public int Waiting
    {
        get
        {
            int count;
            return Libc.Control(this, Libc.CountWaiting, &count) == 0 ? count : 0;
        }
    }

    /// <summary>Most bytes in the pipe; a pipe of small writes is full with fewer.</summary>
    public int Capacity => Math.Max(Libc.FileControl(this, Libc.GetPipeSize, 0), 0);

    /// <summary>
    /// read(2). EAGAIN if there is no data now; <see cref="IoResult.Ended"/> if no process holds the other end.
    /// </summary>
    public IoResult Read(Span<byte> buffer)
    {
        fixed (byte* into = buffer)
        {
            IoResult result;
            do result = IoResult.FromCall(Libc.Read(this, into, (nuint)buffer.Length));
            while (result.Errno == Errno.Interrupted);
            return result;
        }
    }
}
