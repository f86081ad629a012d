using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sharding;
using Reuseportd.Linux.Spawning;
using Reuseportd.Runtime.Handover;

namespace Reuseportd.Hosting;

/// <summary>What the daemon holds beside its workers.</summary>
/// <param name="Limit">RLIMIT_NOFILE before the daemon raised it.</param>
/// <param name="NoReplacement">The reason why the workers cannot outlive this program; null if they can.</param>
internal sealed record DaemonResources(
    ControlSocket Socket, Guard? Guard, ShardingPrograms? Programs, LimitPair? Limit, string? NoReplacement)
{
    public SavedResources Save()
    {
        var (listener, held) = Socket.Numbers;
        return new SavedResources(
            Guard is { Pid: > 0 } ? new SavedGuard(Guard.Pid, Guard.Pipe) : null, listener, held, Limit?.Soft, Limit?.Hard,
            Programs?.Numbers);
    }
}
