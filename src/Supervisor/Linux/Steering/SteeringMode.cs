using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Steering;

namespace Reuseportd.Linux.Steering;

internal enum SteeringKind
{
    /// <summary>Only the kernel's hash.</summary>
    None,

    /// <summary>Classic BPF: an index by hash or at random; needs no privilege.</summary>
    Classic,

    /// <summary>A BPF program: all ways of balancing, the target of migration, counts.</summary>
    Program,
}

/// <summary>The available kind of steering, and why a better one is missing.</summary>
/// <param name="Reason">The reason why a better kind is not available; empty for the best.</param>
/// <param name="KeepsQueues">
/// False if the kernel resets the queue of a closing listener although <see cref="MigrationSetting"/> is on.
/// </param>
internal sealed record SteeringMode(SteeringKind Kind, string Reason, bool KeepsQueues = true)
{
    /// <summary>
    /// Tests each kind on sockets of the daemon. A worker's socket may still refuse, for instance if it belongs to another user.
    /// </summary>
    public static SteeringMode Probe()
    {
        using var program = SteeringProgram.Load(1, out var errno);
        return Probe(program, errno);
    }

    /// <param name="program">A program without sockets; null if it could not be loaded, with this errno.</param>
    public static SteeringMode Probe(SteeringProgram? program, Errno errno)
    {
        if (program is not null) errno = Test(program);
        if (errno == Errno.None) return new SteeringMode(SteeringKind.Program, "");
        var reason = $"no eBPF program: {Explained(errno)}";
        errno = ClassicWorks();
        return errno == Errno.None
            ? new SteeringMode(SteeringKind.Classic, reason)
            : new SteeringMode(SteeringKind.None, $"{reason}; no classic program: {errno}");
    }

    /// <param name="former">The former steering of the group, which has ended.</param>
    /// <param name="isFollowed">True if no socket has left the group yet.</param>
    /// <param name="inherited">The group of an earlier daemon; null for none.</param>
    /// <param name="changed">See <see cref="ProgramSteering"/>.</param>
    public IGroupSteering Steer(
        GroupKey group, Balance balance, int workers, SockDiag? diag = null, IGroupSteering? former = null,
        bool isFollowed = true, SteeredGroup? inherited = null, Action? changed = null) => Kind switch
    {
        SteeringKind.Program when inherited is not null => new ProgramSteering(inherited, balance, diag, changed),
        SteeringKind.Program => new ProgramSteering(group, balance, workers, diag, changed),
        SteeringKind.Classic =>
            new ClassicSteering(
                group, balance, diag, (former as ClassicSteering)?.Order ?? new GroupOrder(isFollowed), KeepsQueues),
        _ => new NoSteering(group, diag, KeepsQueues),
    };

    private static string Explained(Errno errno) => errno.ToString() switch
    {
        "EPERM" or "EACCES" => $"{errno} (needs CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON)",
        "EINVAL" => $"{errno} (needs Linux 5.14 and CAP_PERFMON)",
        var name => name,
    };

    private static Errno Test(SteeringProgram program)
    {
        using var pair = ProbeListener.Open(out var errno);
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
        // Only the call itself is tested: whether a worker's socket may be taken depends on the worker.
        using var self = Pidfd.Open(Environment.ProcessId, out errno);
        if (self is null) return errno;
        using var taken = self.TryTake(listener.Number, out errno);
        return errno;
    }
}
