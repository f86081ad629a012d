using Reuseportd.Linux.Files;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Handover;
using Reuseportd.Runtime.SteeringTask;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>
/// Keeps the workers for a successor of this daemon. The service manager stores the socket of the guard, and the state. If the
/// daemon dies, the guard waits for the successor.
/// </summary>
/// <param name="log">The state; null if no successor can take the workers over.</param>
/// <param name="former">The guard that kept the workers for this daemon; null for none.</param>
internal sealed class WorkerKeeping(
    DescriptorStore store, Guard? guard, RecordLog? log, FormerGuard? former, int? formerId, ILogger logger) : IDisposable
{
    /// <summary>
    /// The service manager starts the next daemon within a second, and closes the stored socket when it will start none.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);
    private const int MostTries = 100;

    public RecordLog? Log => log;

    /// <summary>Keeps the steered groups; null if no successor can take them over.</summary>
    public IGroupStore? Groups { get; } = log is null ? null : new GroupRecords(log);

    /// <summary>Prepares for a successor, and logs what will become of the workers.</summary>
    public static WorkerKeeping Prepare(DaemonResources resources, InitialFleet initial, ILogger logger)
    {
        var store = DescriptorStore.Open(Environment.GetEnvironmentVariable);
        var obstacle = resources.NoReplacement;
        RecordLog? log = null;
        if (obstacle is null && !store.IsAvailable) obstacle = "no service manager keeps descriptors for it";
        else if (obstacle is null && (log = RecordLog.TryMake(out var errno)) is null) obstacle = $"memfd_create: {errno}";
        if (log is not null) PutRoot(log, resources.Root(initial));
        logger.Keeps(log is not null ? "adoption" : resources.NoReplacement is null ? "reexec" : "none", obstacle);
        var formerId = initial.Inheritance?.State.Resources.GuardPid;
        return new WorkerKeeping(store, resources.Guard, log, initial.FormerGuard, formerId, logger);
    }

    /// <summary>Must be called when the state is complete. Does not wait.</summary>
    public void Begin() => _ = Task.Run(BeginAsync);

    /// <summary>Writes the last part of the state, and leaves the workers to the successor.</summary>
    /// <param name="streams">The unfinished lines of workers.</param>
    public void End(IReadOnlyList<SavedStream> streams)
    {
        log!.Put(StateRecords.Streams, StateRecords.Write(streams));
        log.TryFlush();
        guard!.Leave();
    }

    /// <summary>The state can no longer be kept: the workers end with this daemon. Does not wait.</summary>
    public void GiveUp()
    {
        guard?.Expect(TimeSpan.Zero);
        logger.NotKept("no memory is left for the state");
    }

    public void Dispose()
    {
        log?.Dispose();
        store.Dispose();
    }

    private static void PutRoot(RecordLog log, SavedDaemon root)
    {
        log.Put(StateRecords.Daemon, HandoverText.Write(root with { Groups = [] }));
        // The steerer tells of changes only.
        foreach (var group in root.Groups)
            log.Put(StateRecords.KeyOf(SavedGroups.Restore(group).Steered.Key), StateRecords.Write(group));
    }

    /// <summary>Stores this daemon's guard and state in place of those of the former daemon.</summary>
    private async Task BeginAsync()
    {
        if (guard is not null && log is not null)
        {
            var (guardName, stateName) = Succession.NamesOf(guard.Pid);
            var errno = await TryAsync(() => store.Store(guardName, guard.Socket));
            if (errno == Errno.None) errno = await TryAsync(() => store.Store(stateName, log.Descriptor));
            if (errno == Errno.None) guard.Expect(Patience);
            else logger.NotKept($"the service manager takes no descriptor: {errno}");
        }

        // From now on the workers are this daemon's.
        former?.End();
        if (formerId is not { } id) return;
        var (formerGuard, formerState) = Succession.NamesOf(id);
        _ = await TryAsync(() => store.Remove(formerGuard));
        _ = await TryAsync(() => store.Remove(formerState));
    }

    /// <summary>Tries again while the service manager's queue is full.</summary>
    private static async Task<Errno> TryAsync(Func<Errno> send)
    {
        var errno = send();
        for (var tries = 0; errno == Errno.Again && tries < MostTries; tries++)
        {
            await Task.Delay(BetweenTries, TimeProvider.System);
            errno = send();
        }

        return errno;
    }
}
