using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sharding;
using Reuseportd.Linux.Spawning;
using Reuseportd.Runtime.Handover;

namespace Reuseportd.Hosting;

/// <summary>What the daemon holds beside its workers.</summary>
/// <param name="Limit">RLIMIT_NOFILE before the daemon raised it.</param>
/// <param name="NoReplacement">The reason why the workers cannot outlive this program; null if they can.</param>
/// <param name="Mark">See <see cref="SavedDaemon.Mark"/>.</param>
internal sealed record DaemonResources(
    ControlSocket Socket, TcpListeners Listeners, Guard? Guard, ShardingPrograms? Programs, LimitPair? Limit,
    string? NoReplacement, string Mark)
{
    /// <summary>Keeps the workers for a successor; null until it is made.</summary>
    public WorkerKeeping? Keeping { get; init; }

    /// <summary>The state of the daemon without its services.</summary>
    public SavedDaemon Root(InitialFleet initial) =>
        new(SavedDaemon.PresentForm, DaemonHost.Version, initial.Clock, LastToken: 0, Save(), [], [])
        {
            Settings = initial.Fleet.Daemon, Groups = initial.Inheritance?.State.Groups ?? [], Mark = Mark,
            Succession = (initial.Inheritance?.State.Succession ?? 0) + 1,
        };

    public SavedResources Save()
    {
        var (listener, held) = Socket.Numbers;
        return new SavedResources(
            Guard is { Pid: > 0 } ? Guard.Socket.Number : null, listener, held, Limit?.Soft, Limit?.Hard, Programs?.Numbers)
        {
            StoredAs = Guard?.Id, Listeners = Listeners.Save(),
        };
    }
}
