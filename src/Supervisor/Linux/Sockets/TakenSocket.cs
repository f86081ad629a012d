using Reuseportd.Linux.Interop;
using Reuseportd.Model;
using Reuseportd.Steering;

namespace Reuseportd.Linux.Sockets;

/// <summary>A descriptor of this process for a socket that a worker has open.</summary>
internal sealed unsafe class TakenSocket(int number) : Descriptor(number)
{
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
    public Errno Attach(Descriptor program)
    {
        var number = program.Number;
        return Option(Libc.OptionAttachProgram, &number, sizeof(int));
    }

    /// <summary>ENOMEM for a program longer than <c>net.core.optmem_max</c> allows.</summary>
    public Errno Attach(ReadOnlySpan<ClassicInstruction> program)
    {
        fixed (ClassicInstruction* start = program)
        {
            var header = new ClassicHeader { Length = (ushort)program.Length, Program = start };
            return Option(Libc.OptionAttachClassic, &header, (uint)sizeof(ClassicHeader));
        }
    }

    /// <summary>Restores the kernel's hash for the whole group. ENOENT if there was no program.</summary>
    public Errno Detach()
    {
        var unused = 0;
        return Option(Libc.OptionDetachProgram, &unused, sizeof(int));
    }

    /// <summary>
    /// Stops listening, for the worker as well. Waiting connections migrate to other members; without migration they are reset.
    /// </summary>
    public Errno StopListening() => Libc.ErrnoOf(Libc.Shutdown(this, Libc.ShutdownRead));

    /// <summary>Listens again, as a new member of the group.</summary>
    public Errno Listen(int backlog) => Libc.ErrnoOf(Libc.Listen(this, backlog));

    private Errno Option(int option, void* value, uint size) =>
        Libc.ErrnoOf(Libc.SetSocketOption(this, Libc.LevelSocket, option, value, size));

    /// <summary><c>struct sock_fprog</c> of linux/filter.h.</summary>
    private struct ClassicHeader
    {
        public ushort Length;
        public ClassicInstruction* Program;
    }
}
