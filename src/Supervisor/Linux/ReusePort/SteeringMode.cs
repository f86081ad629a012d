using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Steering;

namespace Reuseportd.Linux.ReusePort;

internal enum SteeringKind
{
    /// <summary>The kernel's hash alone.</summary>
    None,

    /// <summary>Classic BPF: an index by hash or by chance; no privilege.</summary>
    Classic,

    /// <summary>A program of the kernel's: all ways of balancing, choice of who takes over, counts.</summary>
    Program,
}

/// <summary>How connections can be steered here, and why not better.</summary>
/// <param name="Reason">Why a better kind cannot be had; empty for the best.</param>
internal sealed record SteeringMode(SteeringKind Kind, string Reason)
{
    /// <summary>
    /// Tries each kind on sockets of its own. A worker's sockets may refuse all the same: they belong to another user, say.
    /// </summary>
    public static SteeringMode Probe()
    {
        var errno = ProgramWorks();
        if (errno == Errno.None) return new SteeringMode(SteeringKind.Program, "");
        var reason = $"no eBPF program: {Explained(errno)}";
        errno = ClassicWorks();
        return errno == Errno.None
            ? new SteeringMode(SteeringKind.Classic, reason)
            : new SteeringMode(SteeringKind.None, $"{reason}; no classic program: {errno}");
    }

    /// <param name="former">What the group was steered by until now, and is no more.</param>
    /// <param name="isFollowed">Whether nobody has left the group yet.</param>
    public IGroupSteering Steer(
        GroupKey group, Balance balance, int workers, SockDiag? diag = null, IGroupSteering? former = null, bool isFollowed = true) => Kind switch
    {
        SteeringKind.Program => new ProgramSteering(group, balance, workers, diag),
        SteeringKind.Classic => new ClassicSteering(group, balance, diag, (former as ClassicSteering)?.Order ?? new GroupOrder(isFollowed)),
        _ => new NoSteering(group, diag),
    };

    private static string Explained(Errno errno) => errno.ToString() switch
    {
        "EPERM" or "EACCES" => $"{errno} (needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON)",
        "EINVAL" => $"{errno} (needs Linux 5.14 and CAP_PERFMON)",
        var name => name,
    };

    private static Errno ProgramWorks()
    {
        using var program = SteeringProgram.Load(1, out var errno);
        if (program is null) return errno;
        using var pair = ProbeListener.Open(out errno);
        if (pair is null) return errno;
        errno = program.Put(0, pair);
        if (errno == Errno.None) errno = pair.Attach(program.Program);
        return errno != Errno.None ? errno : pair.Detach();
    }

    private static Errno ClassicWorks()
    {
        using var listener = ProbeListener.Open(out var errno);
        if (listener is null) return errno;
        errno = listener.Attach(global::Reuseportd.Steering.ClassicProgram.Random([0]));
        if (errno != Errno.None) return errno;
        // The call itself: whether a worker's socket may be taken depends on who the worker is.
        using var self = Pidfd.Open(Environment.ProcessId, out errno);
        if (self is null) return errno;
        var number = Libc.PidfdGetFd(self, listener.Number);
        if (number < 0) return Libc.LastErrno;
        new Descriptor((int)number).Dispose();
        return Errno.None;
    }
}
