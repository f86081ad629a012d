using Reuseportd.Linux.Files;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Seccomp;
using Reuseportd.Linux.Sharding;
using Reuseportd.Linux.Spawning;
using Reuseportd.Runtime.Handover;

namespace Reuseportd.Hosting;

/// <summary>What the daemon holds beside its workers.</summary>
/// <param name="Limit">RLIMIT_NOFILE before the daemon raised it.</param>
/// <param name="NoReplacement">The reason why the workers cannot outlive this program; null if they can.</param>
/// <param name="Mark">See <see cref="SavedDaemon.Mark"/>.</param>
internal sealed record DaemonResources(
    ControlSocket Socket, OwnListeners Listeners, Rings Rings, Guard? Guard, ShardingPrograms? Programs, LimitPair? Limit,
    string? NoReplacement, string Mark)
{
    /// <summary>The path of the program that replaces this one.</summary>
    public string Program { get; init; } = ProgramReplacement.OwnPath();

    /// <summary>The calls that are being answered; null without memory.</summary>
    public CallRecords? Calls { get; init; } = NoReplacement is null ? CallRecords.TryMake() : null;

    /// <summary>Keeps the workers for a successor; null until it is made.</summary>
    public WorkerKeeping? Keeping { get; init; }

    /// <summary>The state of the daemon without its services.</summary>
    public SavedDaemon Root(InitialFleet initial)
    {
        var former = initial.Inheritance?.State;
        var root = new SavedDaemon(
            SavedDaemon.PresentForm, DaemonHost.Version, initial.Clock, LastToken: 0, Save(), [], [])
        {
            Settings = initial.Fleet.Daemon, Groups = former?.Groups ?? [], Mark = Mark, Started = initial.Started,
        };
        return root.Following(former);
    }

    public SavedResources Save()
    {
        var (listener, held) = Socket.Numbers;
        return new SavedResources(
            Guard is { Pid: > 0 } ? Guard.Socket.Number : null, listener, held, Limit?.Soft, Limit?.Hard, Programs?.Numbers)
        {
            StoredAs = Guard?.Id, Listeners = Listeners.Save(),
            Calls = Calls is null ? null : DescriptorIdentity.Of(Calls.Descriptor),
        };
    }
}
