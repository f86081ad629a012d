using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>
/// The guard of an earlier daemon, which keeps the workers and the descriptors of that daemon; see Native/Guard/guard.h.
/// </summary>
/// <param name="socket">See <see cref="Guard.Socket"/>. This object owns it.</param>
internal sealed unsafe class FormerGuard(Descriptor socket) : IDisposable
{
    private const int Claims = 1, Give = 2, Releases = 3, Leaves = 4;

    /// <summary>Bounds the wait for an answer. The guard answers at once, unless a process of root has stopped it.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Takes the workers over: the guard waits for the end of this process from now on.</summary>
    /// <returns>EPIPE if the guard has ended.</returns>
    public Errno Claim()
    {
        var errno = Send(Claims, Environment.ProcessId);
        return errno == Errno.None ? Receive(out _) : errno;
    }

    /// <summary>A copy of a descriptor of the former daemon.</summary>
    /// <param name="errno">EBADF if the daemon had no such descriptor.</param>
    public Descriptor? TryTake(int number, out Errno errno)
    {
        Descriptor? taken = null;
        errno = Send(Give, number);
        if (errno == Errno.None) errno = Receive(out taken);
        return taken;
    }

    /// <summary>Has the workers killed. Does not wait for that.</summary>
    public void Release()
    {
        _ = Send(Releases, 0);
        socket.Dispose();
    }

    /// <summary>Ends the guard. The workers run on.</summary>
    public void End()
    {
        _ = Send(Leaves, 0);
        socket.Dispose();
    }

    public void Dispose() => socket.Dispose();

    private Errno Send(int kind, int number)
    {
        Span<int> request = [kind, number];
        return DescriptorMessage.Send(socket, [], MemoryMarshal.AsBytes(request), null, Libc.SendNoSignal | Libc.WithoutWait);
    }

    private Errno Receive(out Descriptor? passed)
    {
        var answer = 0;
        var errno = DescriptorMessage.Receive(socket, MemoryMarshal.AsBytes(new Span<int>(ref answer)), Patience, out passed);
        return errno == Errno.None ? new Errno(answer) : errno;
    }
}
