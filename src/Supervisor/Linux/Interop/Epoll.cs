using System.Runtime.InteropServices;
using Reuseportd.Model;

namespace Reuseportd.Linux.Interop;

/// <summary>Events that epoll_ctl(2) requests and reports. Error and HangUp are always reported.</summary>
[Flags]
internal enum EpollEvents : uint
{
    None = 0,
    Readable = 0x001,

    /// <summary>A file of cgroupfs has changed since its last read; reported together with <see cref="Error"/>.</summary>
    Urgent = 0x002,
    Writable = 0x004,
    Error = 0x008,
    HangUp = 0x010,
    EdgeTriggered = 1u << 31,
}

/// <param name="Token">The token that was passed when the descriptor was added.</param>
internal readonly record struct Ready(ulong Token, EpollEvents What);

/// <summary>
/// epoll(7) for one waiting thread; any thread may add and remove. Remove a descriptor before closing it if another process may
/// hold a copy.
/// </summary>
internal sealed unsafe class Epoll : Descriptor
{
    private const int MaxEvents = 256;

    private static readonly int TokenOffset = MachineNumbers.Own.EpollToken;

    private readonly Ready[] _ready = new Ready[MaxEvents];
    private bool _hasPwait2 = true;

    public Epoll()
        : base(Made(Libc.EpollCreate(Libc.EpollCloseOnExec), "epoll_create1"))
    {
    }

    private static int EventSize => TokenOffset + sizeof(ulong);

    /// <summary>
    /// EEXIST if the descriptor is already added, EPERM for a regular file, ENOSPC at the user's limit of watches.
    /// </summary>
    public Errno Add(SafeHandle target, EpollEvents interest, ulong token) => Control(Libc.EpollAdd, target, interest, token);

    public Errno Modify(SafeHandle target, EpollEvents interest, ulong token) =>
        Control(Libc.EpollModify, target, interest, token);

    /// <summary>ENOENT if the descriptor is not added.</summary>
    public Errno Remove(SafeHandle target) => Control(Libc.EpollDelete, target, EpollEvents.None, 0);

    /// <summary>Waits until at least one descriptor is ready.</summary>
    /// <param name="timeout">Null waits without limit; zero or less does not wait.</param>
    /// <returns>Valid until the next call. Empty after the timeout or a signal.</returns>
    public ReadOnlySpan<Ready> Wait(TimeSpan? timeout)
    {
        var buffer = stackalloc byte[MaxEvents * 16];
        var count = WaitInto(buffer, timeout);
        for (var i = 0; i < count; i++)
        {
            var at = new ReadOnlySpan<byte>(buffer + i * EventSize, EventSize);
            _ready[i] = new Ready(MemoryMarshal.Read<ulong>(at[TokenOffset..]), (EpollEvents)MemoryMarshal.Read<uint>(at));
        }

        return _ready.AsSpan(0, count);
    }

    private int WaitInto(byte* buffer, TimeSpan? timeout)
    {
        var count = _hasPwait2 ? WaitPrecisely(buffer, timeout) : Libc.EpollWait(this, buffer, MaxEvents, Milliseconds(timeout));
        if (count >= 0) return (int)count;
        var errno = Libc.LastErrno;
        if (errno == Errno.Interrupted) return 0;
        // Before Linux 5.11 the call is missing, and an old seccomp filter refuses it.
        var isRefused = _hasPwait2 && (errno == Errno.NoSuchCall || errno == Errno.NotPermitted);
        if (!isRefused) throw new LinuxException("epoll_wait", errno);
        _hasPwait2 = false;
        return WaitInto(buffer, timeout);
    }

    private nint WaitPrecisely(byte* buffer, TimeSpan? timeout)
    {
        if (timeout is not { } span) return Libc.EpollPwait2(this, buffer, MaxEvents, null);
        var ticks = Math.Max(span.Ticks, 0);
        var time = new Libc.TimeSpec
        {
            Seconds = ticks / TimeSpan.TicksPerSecond,
            Nanoseconds = ticks % TimeSpan.TicksPerSecond * TimeSpan.NanosecondsPerTick,
        };
        return Libc.EpollPwait2(this, buffer, MaxEvents, &time);
    }

    /// <summary>Rounded up: a wait that ended too early would be repeated in a busy loop.</summary>
    private static int Milliseconds(TimeSpan? timeout) => timeout is { } span
        ? (int)Math.Clamp(Math.Ceiling(span.TotalMilliseconds), 0, int.MaxValue)
        : -1;

    private Errno Control(int operation, SafeHandle target, EpollEvents interest, ulong token)
    {
        var raw = stackalloc byte[16];
        *(uint*)raw = (uint)interest;
        MemoryMarshal.Write(new Span<byte>(raw + TokenOffset, sizeof(ulong)), in token);
        return Libc.ErrnoOf(Libc.EpollControl(this, operation, target, raw));
    }
}
