using Reuseportd.Model;

namespace Reuseportd.Linux.Interop;

/// <summary>Wakes an <see cref="Epoll"/> from any thread (eventfd(2)). Signals add up until they are drained.</summary>
internal sealed class EventFd() : Descriptor(Made(
    Libc.EventFd(0, Libc.EventFdCloseOnExec | Libc.EventFdNonBlocking), "eventfd"))
{
    /// <summary>A full counter (EAGAIN) is no error, because it wakes the reader too.</summary>
    public unsafe void Signal()
    {
        ulong one = 1;
        while (Libc.Write(this, &one, sizeof(ulong)) < 0 && Libc.LastErrno == Errno.Interrupted) { }
    }

    public unsafe void Drain()
    {
        ulong count;
        while (Libc.Read(this, (byte*)&count, sizeof(ulong)) < 0 && Libc.LastErrno == Errno.Interrupted) { }
    }
}
