using System.Runtime.InteropServices;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Spawning;

/// <summary>
/// The guard of an earlier daemon, which keeps the workers and the descriptors of that daemon; see Native/Guard/guard.h.
/// </summary>
/// <param name="socket">See <see cref="Guard.Socket"/>. This object owns it.</param>
/// <param name="patience">Bounds the wait for an answer; null for 20 s.</param>
internal sealed unsafe class FormerGuard(Descriptor socket, TimeSpan? patience = null) : IDisposable
{
    private const int Claims = 1, Give = 2, Releases = 3, Leaves = 4;

    /// <summary>The guard answers at once, unless the host has no memory or no time for it, or root has stopped it.</summary>
    private static readonly TimeSpan Usual = TimeSpan.FromSeconds(20);

    /// <summary>The id of the last request. The time since boot makes it another one than those of earlier daemons.</summary>
    private long _id = TimeProvider.System.GetTimestamp();

    /// <summary>True if an answer did not come in time. The guard may live, so its workers and descriptors may, too.</summary>
    public bool IsSilent { get; private set; }

    /// <summary>Takes the workers over: the guard waits for the end of this process from now on.</summary>
    /// <returns>EPIPE if the guard has ended; ETIMEDOUT if it is silent.</returns>
    public Errno Claim()
    {
        var errno = Send(Claims, Environment.ProcessId);
        if (errno != Errno.None) return errno;
        errno = Receive(out var passed);
        passed?.Dispose();
        return errno;
    }

    /// <summary>A copy of a descriptor of the former daemon.</summary>
    /// <param name="errno">EBADF if the daemon had no such descriptor.</param>
    public Descriptor? TryTake(int number, out Errno errno)
    {
        Descriptor? taken = null;
        // Else a daemon with many workers would wait for each descriptor.
        errno = IsSilent ? Errno.TimedOut : Send(Give, number);
        if (errno == Errno.None) errno = Receive(out taken);
        return taken;
    }

    /// <summary>Has the workers killed. Does not wait for that.</summary>
    public void Release()
    {
        _ = Send(Releases, 0);
        socket.Dispose();
    }

    /// <summary>
    /// The same after the death of the guard's daemon. Waits until the guard has closed the daemon's descriptors, such as its
    /// control socket.
    /// </summary>
    public void ReleaseAndWait()
    {
        _ = Send(Releases, 0);
        var answer = default(Answer);
        while (Receive(ref answer, out var passed).Errno == Errno.None) passed?.Dispose();
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
        var request = new Request { Kind = kind, Number = number, Id = ++_id };
        return DescriptorMessage.Send(
            socket, [], MemoryMarshal.AsBytes(new Span<Request>(ref request)), null, Libc.SendNoSignal | Libc.WithoutWait);
    }

    /// <summary>The answer to the last request. A successor that has died can have left the answers to its own.</summary>
    private Errno Receive(out Descriptor? passed)
    {
        while (true)
        {
            var answer = default(Answer);
            var received = Receive(ref answer, out passed);
            if (received.Errno != Errno.None) return received.Errno;
            // The guard of an earlier version tells no id.
            if (received.Count < sizeof(Answer) || answer.Id == _id) return new Errno(answer.Error);
            passed?.Dispose();
        }
    }

    private IoResult Receive(ref Answer answer, out Descriptor? passed)
    {
        var bytes = MemoryMarshal.AsBytes(new Span<Answer>(ref answer));
        var received = DescriptorMessage.Receive(socket, bytes, patience ?? Usual, out passed);
        if (received.Errno == Errno.TimedOut) IsSilent = true;
        return received;
    }

    /// <summary>The layout is that of Native/Guard/guard.h.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Request
    {
        public int Kind;
        public int Number;
        public long Id;
    }

    /// <inheritdoc cref="Request"/>
    [StructLayout(LayoutKind.Sequential)]
    private struct Answer
    {
        public int Error;
        public long Id;
    }
}
