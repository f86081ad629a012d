using System.Buffers.Text;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.Seccomp;

/// <summary>
/// The thread of a process whose call waits. It is found by number, so all that is read counts only if the call still waits
/// after the reading (<see cref="CallQueue.IsWaiting"/>). Until its answer, the thread cannot change its credentials.
/// </summary>
internal sealed unsafe class Caller : IDisposable
{
    private static readonly byte[] OwnUserNamespace = UserNamespaceOf(Environment.ProcessId);
    private static readonly byte[] OwnLabel = LabelOf(Environment.ProcessId);

    private readonly int _thread;
    private readonly Pidfd _descriptors;

    private Caller(int thread, int process, ulong? capabilities, Pidfd descriptors)
    {
        (_thread, _descriptors) = (thread, descriptors);
        (Process, EffectiveCapabilities) = (process, capabilities);
    }

    /// <summary>The pid.</summary>
    public int Process { get; }

    /// <summary><c>CapEff</c> of proc(5). Null if it is not in the first 4 KiB, behind a long list of groups.</summary>
    public ulong? EffectiveCapabilities { get; }

    /// <summary>True if its capabilities are those of the daemon's user namespace.</summary>
    public bool IsInOwnUserNamespace =>
        OwnUserNamespace.Length > 0 && UserNamespaceOf(_thread).AsSpan().SequenceEqual(OwnUserNamespace);

    /// <summary>True if SELinux or AppArmor treat it as the daemon; true without either.</summary>
    public bool HasOwnLabel => OwnLabel.Length == 0 || LabelOf(_thread).AsSpan().SequenceEqual(OwnLabel);

    /// <returns>Null if the thread has ended, or is in another pid namespace.</returns>
    public static Caller? Open(int thread)
    {
        Span<byte> status = stackalloc byte[4096];
        if (thread <= 0) return null;
        var text = status[..ProcFile.Read(thread, "status"u8, status).Count];
        if (!Utf8Parser.TryParse(FieldOf(text, "\nTgid:\t"u8), out int process, out _)) return null;
        ulong? capabilities = Utf8Parser.TryParse(FieldOf(text, "\nCapEff:\t"u8), out ulong set, out _, 'x') ? set : null;
        // A thread can have descriptors of its own. Before Linux 6.9, only the first thread has a pidfd.
        var number = Libc.PidfdOpenThread(thread);
        if (number < 0 && Libc.LastErrno == Errno.InvalidArgument) number = Libc.PidfdOpen(process);
        return number < 0 ? null : new Caller(thread, process, capabilities, new Pidfd((int)number, process));
    }

    /// <summary>Reads its memory. Blocks as long as a page fault there does.</summary>
    /// <returns>EFAULT if not all of it can be read; EPERM without the right to trace the process.</returns>
    public Errno Read(ulong address, Span<byte> into)
    {
        fixed (byte* start = into)
        {
            var local = new Libc.Bytes { Start = start, Length = (nuint)into.Length };
            var remote = new Libc.Bytes { Start = (byte*)address, Length = (nuint)into.Length };
            var count = Libc.ReadMemory(_thread, &local, 1, &remote, 1, 0);
            return count < 0 ? Libc.LastErrno : count == into.Length ? Errno.None : Errno.BadAddress;
        }
    }

    /// <summary>A copy of its descriptor. Close it soon: see <see cref="SharedSocket"/>.</summary>
    /// <param name="errno">EBADF if it has no such descriptor; EPERM without the right to trace the process.</param>
    public TakenSocket? Take(int descriptor, out Errno errno) =>
        _descriptors.TryTake(descriptor, number => new TakenSocket(number), out errno);

    public void Dispose() => _descriptors.Dispose();

    private static byte[] UserNamespaceOf(int thread)
    {
        Span<byte> link = stackalloc byte[64];
        return ProcFile.ReadLink(thread, "ns/user"u8, link).ToArray();
    }

    private static byte[] LabelOf(int thread)
    {
        Span<byte> label = stackalloc byte[4096];
        return label[..ProcFile.Read(thread, "attr/current"u8, label).Count].ToArray();
    }

    private static ReadOnlySpan<byte> FieldOf(ReadOnlySpan<byte> status, ReadOnlySpan<byte> name) =>
        status.IndexOf(name) is >= 0 and var at ? status[(at + name.Length)..] : [];
}
