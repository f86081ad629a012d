using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;
using Reuseportd.Steering;

namespace Reuseportd.Linux.Sockets;

/// <summary>
/// A descriptor of this process for a socket that a worker has open. The methods that change the socket fail with ETIMEDOUT if a
/// process has the lock of the socket for 250 ms, or for 20 ms within 10 s after such a process. The change may happen later.
/// </summary>
internal sealed unsafe class TakenSocket(int number) : Descriptor(number)
{
    /// <summary>
    /// setsockopt(2), shutdown(2) and listen(2) wait for the lock of the socket. A thread of the worker has it while the kernel
    /// copies to or from memory whose pages can be held back (FUSE, userfaultfd(2)), and may be in getsockopt(SO_GET_FILTER).
    /// </summary>
    private static readonly BoundedCalls<Errno> Calls = new(
        "options", TimeSpan.FromMilliseconds(250), TimeSpan.FromMilliseconds(20));

    /// <summary>0 if the descriptor is not a socket.</summary>
    public ulong Cookie
    {
        get
        {
            ulong cookie = 0;
            var size = (uint)sizeof(ulong);
            return Libc.GetSocketOption(this, Libc.LevelSocket, Libc.OptionCookie, &cookie, &size) == 0 ? cookie : 0;
        }
    }

    public ulong Inode
    {
        get
        {
            Libc.FileStatus status;
            byte nothing = 0;
            return Libc.Status(Number, &nothing, Libc.AtEmptyPath, Libc.StatBasic, &status) == 0 ? status.Inode : 0;
        }
    }

    /// <summary>False if the descriptor is not a socket.</summary>
    public bool HasReusePort
    {
        get
        {
            var value = 0;
            var size = (uint)sizeof(int);
            return Libc.GetSocketOption(this, Libc.LevelSocket, Libc.OptionReusePort, &value, &size) == 0 && value != 0;
        }
    }

    /// <summary>EINVAL for a socket that is in no group.</summary>
    public Errno Attach(Descriptor program) => InTime(() => AttachNow(program));

    /// <summary>ENOMEM for a program longer than <c>net.core.optmem_max</c> allows.</summary>
    public Errno Attach(ClassicInstruction[] program) => InTime(() => AttachNow(program));

    /// <summary>Restores the kernel's hash for the whole group. ENOENT if there was no program.</summary>
    public Errno Detach() => InTime(DetachNow);

    /// <summary>
    /// Stops listening, for the worker as well. Waiting connections migrate to other members; without migration they are reset.
    /// </summary>
    public Errno StopListening() => InTime(() => Libc.ErrnoOf(Libc.Shutdown(this, Libc.ShutdownRead)));

    /// <summary>Listens again, as a new member of the group.</summary>
    public Errno Listen(int backlog) => InTime(() => Libc.ErrnoOf(Libc.Listen(this, backlog)));

    private Errno AttachNow(Descriptor program)
    {
        var isHeld = false;
        try
        {
            program.DangerousAddRef(ref isHeld);
            var number = program.Number;
            return Option(Libc.OptionAttachProgram, &number, sizeof(int));
        }
        finally
        {
            if (isHeld) program.DangerousRelease();
        }
    }

    private Errno AttachNow(ClassicInstruction[] program)
    {
        fixed (ClassicInstruction* start = program)
        {
            var header = new ClassicHeader { Length = (ushort)program.Length, Program = start };
            return Option(Libc.OptionAttachClassic, &header, (uint)sizeof(ClassicHeader));
        }
    }

    private Errno DetachNow()
    {
        var unused = 0;
        return Option(Libc.OptionDetachProgram, &unused, sizeof(int));
    }

    /// <summary>The descriptor stays open until the call has returned.</summary>
    private Errno InTime(Func<Errno> call) =>
        Calls.TryCall(unchecked((int)Inode), () => IfOpen(call), out var errno) ? errno : Errno.TimedOut;

    private static Errno IfOpen(Func<Errno> call)
    {
        try
        {
            return call();
        }
        catch (ObjectDisposedException)
        {
            // The limit was over before the thread ran.
            return Errno.BadDescriptor;
        }
    }

    private Errno Option(int option, void* value, uint size) =>
        Libc.ErrnoOf(Libc.SetSocketOption(this, Libc.LevelSocket, option, value, size));

    /// <summary><c>struct sock_fprog</c> of linux/filter.h.</summary>
    private struct ClassicHeader
    {
        public ushort Length;
        public ClassicInstruction* Program;
    }
}
