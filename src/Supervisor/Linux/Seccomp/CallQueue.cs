using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Seccomp;

/// <summary>
/// The calls of one worker's processes that wait for an answer (seccomp_unotify(2)). Native/Spawning/child_binds.c makes the
/// filter. For one thread; any thread may dispose it, and the calls then fail with ENOSYS.
/// </summary>
/// <param name="record">Has the present call until its answer, see <see cref="CallRecords"/>; null for none.</param>
internal sealed unsafe class CallQueue(Descriptor listener, byte* record = null) : IDisposable
{
    /// <summary>More than each structure has in any known kernel; see <see cref="SeccompSupport"/>.</summary>
    public const int MostBytes = 256;

    /// <summary>
    /// Readable while a call waits. <see cref="EpollEvents.HangUp"/> after the last process with the filter has ended.
    /// </summary>
    public Descriptor Descriptor => listener;

    /// <summary>
    /// The oldest call. Never blocks if epoll has reported the descriptor as readable: the kernel counts a call that was
    /// interrupted meanwhile, and then answers ENOENT.
    /// </summary>
    public bool TryReceive(out BindCall call)
    {
        var local = stackalloc byte[MostBytes];
        var memory = record is null ? local : record;
        new Span<byte>(memory, MostBytes).Clear(); // the kernel refuses other bytes
        if (Libc.Control(listener, Libc.SeccompReceive, memory) != 0)
        {
            call = default;
            return false;
        }

        call = CallOf((Libc.SeccompNotification*)memory);
        return true;
    }

    public static BindCall CallOf(Libc.SeccompNotification* told)
    {
        var kind = KindOf(told->Number);
        return new BindCall(
            told->Id, told->Thread, kind, (int)told->Arguments[0], told->Arguments[1],
            (int)told->Arguments[kind == CallKind.Bind ? 2 : 1]);
    }

    /// <summary>Takes up a call that an earlier daemon has received.</summary>
    /// <returns>False if it is not one of this queue, or does not wait any more.</returns>
    public bool TryTakeUp(in BindCall call)
    {
        if (!IsWaiting(call)) return false;
        if (record is null) return true;
        new Span<byte>(record, MostBytes).Clear();
        var told = (Libc.SeccompNotification*)record;
        told->Thread = call.Thread;
        told->Number = call.Kind == CallKind.Bind ? Libc.BindNumber : call.Kind == CallKind.Listen ? Libc.ListenNumber : 0;
        told->Arguments[0] = (ulong)call.Descriptor;
        told->Arguments[1] = call.Kind == CallKind.Bind ? call.Address : (ulong)call.Length;
        told->Arguments[2] = (ulong)call.Length;
        Volatile.Write(ref told->Id, call.Id);
        return true;
    }

    /// <summary>
    /// True if the call still waits. If so, what was opened by the number of its thread before belongs to that thread.
    /// </summary>
    public bool IsWaiting(in BindCall call)
    {
        var id = call.Id;
        return Control(Libc.SeccompIsValid, &id) == 0;
    }

    /// <summary>Lets the call return. Without effect if its thread was killed.</summary>
    public void Answer(in BindCall call, Errno result) => Send(call, -result.Number, flags: 0);

    /// <summary>Lets the kernel carry out the call as if there were no filter.</summary>
    public void Continue(in BindCall call) => Send(call, 0, Libc.SeccompContinue);

    public void Dispose() => listener.Dispose();

    private static CallKind KindOf(int number) =>
        number == Libc.BindNumber ? CallKind.Bind
        : number == Libc.ListenNumber ? CallKind.Listen
        : CallKind.Confine;

    private void Send(in BindCall call, int error, uint flags)
    {
        var memory = stackalloc byte[MostBytes];
        new Span<byte>(memory, MostBytes).Clear();
        *(Libc.SeccompAnswer*)memory = new Libc.SeccompAnswer { Id = call.Id, Error = error, Flags = flags };
        Control(Libc.SeccompSend, memory);
        if (record is not null) Volatile.Write(ref ((Libc.SeccompNotification*)record)->Id, 0);
    }

    /// <summary>
    /// The kernel answers EINTR after a signal, also after one of the runtime. A call without an answer would wait for ever.
    /// </summary>
    private int Control(nuint request, void* argument)
    {
        int answer;
        do answer = Libc.Control(listener, request, argument);
        while (answer < 0 && Libc.LastErrno == Errno.Interrupted);
        return answer;
    }
}
