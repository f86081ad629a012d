using Reuseportd.Linux.Files;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Handover;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.SteeringTask;
using Serilog;

namespace Reuseportd.Hosting;

/// <summary>
/// Keeps the workers for a successor of this daemon. The service manager stores the socket of the guard, and the state. If the
/// daemon dies, the guard waits for the successor.
/// </summary>
/// <param name="log">The state; null if no successor can take the workers over.</param>
/// <param name="former">The guard that kept the workers for this daemon; null for none.</param>
/// <param name="formerNames">Names of descriptors that earlier daemons have stored.</param>
internal sealed class WorkerKeeping(
    DescriptorStore store, Guard? guard, RecordLog? log, FormerGuard? former, IReadOnlyList<string> formerNames, ILogger logger)
    : IDisposable
{
    /// <summary>
    /// Only for a service manager that forgets its store: it closes the stored socket when it will start no successor, and the
    /// guard kills the workers then.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);
    private const int MostTries = 100;
    private readonly LineRecords? _lines = log is null ? null : new LineRecords(log);
    private Task _begun = Task.CompletedTask;
    private volatile bool _isStored;
    private volatile bool _isLost;

    public RecordLog? Log => log;

    /// <summary>Keeps the steered groups; null if no successor can take them over.</summary>
    public IGroupStore? Groups { get; } = log is null ? null : new GroupRecords(log);

    /// <summary>Keeps unfinished lines; null as above.</summary>
    public ILineStore? Lines => _lines;

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
        return new WorkerKeeping(store, resources.Guard, log, initial.FormerGuard, initial.StoredNames, logger);
    }

    /// <summary>True if a successor can take the workers over.</summary>
    public bool CanLeave => _isStored && !_isLost && guard is { Pid: > 0 };

    /// <summary>Completes when <see cref="Begin"/> has taken effect.</summary>
    public Task Begun => _begun;

    /// <summary>Must be called when the state is complete. Does not wait.</summary>
    public void Begin() => _begun = Task.Run(BeginAsync);

    /// <summary>Writes the last parts of the state: the unfinished lines of workers, and the counters.</summary>
    /// <param name="totals">Null without a hand-over: the counters begin anew.</param>
    public void End(SavedStream[] streams, SavedTotals? totals)
    {
        var lines = (StateRecords.Streams, StateRecords.Write(streams));
        _ = totals is null ? log!.TryWrite(lines) : log!.TryWrite(lines, (StateRecords.Totals, StateRecords.Write(totals)));
    }

    /// <summary>Passes the newest events and output on.</summary>
    /// <param name="rings">Must stay open until the end of the process: the guard shares it. Null for none.</param>
    public void End(SealedFile? rings)
    {
        if (rings is null || log is null) return;
        _ = log.TryWrite((StateRecords.Rings, StateRecords.Write(DescriptorIdentity.Of(rings))));
    }

    /// <summary>The state can no longer be kept: the workers end with this daemon. Does not wait.</summary>
    public void GiveUp()
    {
        _isLost = true;
        guard?.Expect(TimeSpan.Zero);
        logger.NotKept("no memory is left for the state");
    }

    public void Dispose()
    {
        log?.Dispose();
        store.Dispose();
    }

    /// <summary>The loop's next write tells of an error.</summary>
    private static void PutRoot(RecordLog log, SavedDaemon root) => _ = log.TryWrite(
    [
        (StateRecords.Daemon, HandoverText.Write(root with { Groups = [] })),
        // The steerer tells of changes only.
        .. root.Groups.Select(group => (StateRecords.KeyOf(SavedGroups.Restore(group).Steered.Key), StateRecords.Write(group))),
    ]);

    /// <summary>Stores this daemon's guard and state in place of those of earlier daemons.</summary>
    private async Task BeginAsync()
    {
        IReadOnlyList<string> ownNames = [];
        if (guard is not null && log is not null)
        {
            var (guardName, stateName) = Succession.NamesOf(guard.Id);
            ownNames = [guardName, stateName];
            var errno = await TryAsync(() => store.Store(guardName, guard.Socket));
            if (errno == Errno.None) errno = await TryAsync(() => store.Store(stateName, log.Descriptor));
            _isStored = errno == Errno.None;
            if (!_isStored) logger.NotKept($"the service manager takes no descriptor: {errno}");
        }

        _lines?.Begin();
        // From now on the workers are this daemon's.
        guard?.Expect(_isStored && !_isLost ? Patience : TimeSpan.Zero);
        former?.End();
        foreach (var name in formerNames.Except(ownNames)) _ = await TryAsync(() => store.Remove(name));
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
