using Reuseportd.Api.Contract;
using Reuseportd.Api.Http;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.ReusePort;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Users;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Documents;

/// <summary>What the kernel says of workers when somebody asks; on the asker's thread, not the loop's.</summary>
internal sealed class WorkerFacts(TimeProvider time)
{
    /// <summary>Who has a port is looked for in all processes: once for many who ask.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(1);

    /// <summary>Where nobody has one, somebody may come.</summary>
    private static readonly TimeSpan Believed = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);
    private const int MostLooks = 25;

    private Seen? _seen;

    /// <summary>In plain words, why workers do not serve; of each the same as its status says.</summary>
    /// <param name="all">The whole fleet, of which <paramref name="chosen"/> is a part.</param>
    public IReadOnlyList<BindCause> Causes(FleetSnapshot all, FleetSnapshot chosen)
    {
        var ports = PortsOf(all, chosen.Workers);
        return
        [
            .. from worker in chosen.Workers
               where BindCauses.Of(worker, ports).Any() || Tried.Of(worker, ports) is not null
               select new BindCause(worker.Name.ToString(), BindCauses.Whole(worker, ports)!),
        ];
    }

    /// <summary>
    /// The fleet once what workers said at their ends has been read: a cause may be in that. What they left behind may hold their
    /// output open, so nobody waits long for it.
    /// </summary>
    /// <param name="of">Workers that did not get to where they were to be, and what is read of their processes.</param>
    public async Task<FleetSnapshot> HeardAsync(
        IFleetControl control, IReadOnlyCollection<(WorkerName Name, LastWords? Words)> of, CancellationToken cancellation)
    {
        var names = of.Select(worker => worker.Name).ToHashSet();
        for (var look = 1;; look++)
        {
            var all = await control.SnapshotAsync(cancellation);
            var unread = all.Workers.Where(worker => worker.IsUnread || worker.Attempt is { Process.IsUnread: true });
            var isHeard = of.All(worker => worker.Words is null or { IsFinal: true }) && !unread.Any(worker => names.Contains(worker.Name));
            if (look == MostLooks || isHeard) return all;
            await Task.Delay(BetweenLooks, time, cancellation);
        }
    }

    /// <summary>Causes alone, of workers that do not serve or were not replaced, for who knows the rest.</summary>
    public IEnumerable<(WorkerSnapshot Worker, string Reason)> Reasons(FleetSnapshot all)
    {
        WorkerSnapshot[] troubled = [.. all.Workers.Where(worker => HasFailed(worker) || worker.Attempt is { Kind: AttemptKind.FailedReplacement })];
        var ports = PortsOf(all, troubled);
        foreach (var worker in troubled)
        {
            var fallen = worker.Attempt is { Kind: AttemptKind.FailedReplacement } ? Tried.Of(worker, ports)?.Words : null;
            if (BindCauses.Joined([.. worker.State == "ready" ? [] : BindCauses.Why(worker, ports), fallen]) is { } reason) yield return (worker, reason);
        }
    }

    /// <summary>One that starts may bind what is not its port first.</summary>
    private static bool HasFailed(WorkerSnapshot worker) => worker.State is "backoff" or "failed"
        || worker is { State: "starting", FailedBind: not null } or { State: "starting", Silence: not null };

    /// <summary>Adds what the processes use, and why they do not serve.</summary>
    public StatusDocument AddTo(StatusDocument status, FleetSnapshot all, FleetSnapshot chosen)
    {
        var details = Details(all, chosen.Workers);
        return status with { Workers = [.. status.Workers.Select(worker => WithUsage(worker) with { Detail = details.GetValueOrDefault(worker.Name) })] };
    }

    /// <summary>Adds why workers are not where the command wanted them.</summary>
    /// <param name="result">What <paramref name="document"/> was made of.</param>
    public CommandDocument AddTo(CommandDocument document, CommandResult result, FleetSnapshot all)
    {
        var failed = result.Workers.Where(worker => !worker.Ok).DistinctBy(worker => worker.Name).ToDictionary(worker => worker.Name);
        var details = Details(
            all,
            from worker in all.Workers
            let told = failed.GetValueOrDefault(worker.Name)
            where told is not null && IsStill(worker, told.Generation, told.IsNotReplaced)
            select told.IsNotReplaced ? worker : worker with { Detail = told.Detail });
        return document with
        {
            Workers =
            [
                .. document.Workers.Zip(result.Workers, (worker, end) => worker with
                {
                    Detail = details.GetValueOrDefault(worker.Name) ?? worker.Detail, LastLine = end.LastWords?.Line,
                }),
            ],
        };
    }

    /// <summary>Adds why workers did not get ready.</summary>
    /// <param name="unready">As they were when all had settled.</param>
    public ApplyDocument AddTo(ApplyDocument document, IEnumerable<WorkerSnapshot> unready, FleetSnapshot all)
    {
        // The last words of a process may have been read after its end.
        var newer = all.Workers.DistinctBy(worker => worker.Name).ToDictionary(worker => worker.Name);
        var details = Details(all, unready.Select(worker =>
            newer.TryGetValue(worker.Name, out var now) && IsStill(now, worker.Generation, worker.Attempt is { Kind: AttemptKind.FailedReplacement }) ? now : worker));
        return document with
        {
            NotReady =
            [
                .. document.NotReady.Zip(unready, (worker, end) => worker with
                {
                    Detail = details.GetValueOrDefault(worker.Name) ?? worker.Detail, LastLine = end.LastWords?.Line,
                }),
            ],
        };
    }

    /// <summary>Whether what is said of it is still of the process that the command left it with.</summary>
    private static bool IsStill(WorkerSnapshot worker, int generation, bool isNotReplaced) => worker.Generation == generation
        && (isNotReplaced ? worker.Attempt is { Kind: AttemptKind.FailedReplacement } : worker.State is "starting" or "backoff" or "failed");

    private Dictionary<string, string> Details(FleetSnapshot all, IEnumerable<WorkerSnapshot> of)
    {
        WorkerSnapshot[] workers = [.. of];
        var ports = PortsOf(all, workers);
        return workers.Select(worker => (worker.Name, Whole: BindCauses.Whole(worker, ports)))
            .Where(worker => worker.Whole is not null)
            .DistinctBy(worker => worker.Name)
            .ToDictionary(worker => worker.Name.ToString(), worker => worker.Whole!);
    }

    private PortFacts PortsOf(FleetSnapshot all, IReadOnlyCollection<WorkerSnapshot> workers)
    {
        var ports = workers.Concat(workers.Select(worker => worker.Attempt?.Process).OfType<WorkerSnapshot>())
            .Select(TakenPort.Of).Where(taken => taken is not null).Select(taken => taken!.Port).ToHashSet();
        var names = new Dictionary<uint, string>();
        var serving = new Lazy<List<SocketRecord>>(SockDiag.Serving);
        var options = new Dictionary<int, bool>();
        return new PortFacts(ports.Count == 0 ? [] : Holders(ports), all, NameOf, HasOption);

        // Of many workers without the library each is asked about by all of its service.
        bool HasOption(WorkerSnapshot worker)
        {
            var pid = worker.Pid!.Value;
            if (!options.TryGetValue(pid, out var has)) options[pid] = has = ReusePortOption.IsSetOnAll(pid, worker.Ports, serving.Value);
            return has;
        }

        string NameOf(uint user)
        {
            if (!names.TryGetValue(user, out var name)) names[user] = name = UserDatabase.Described(user);
            return name;
        }
    }

    private static WorkerStatus WithUsage(WorkerStatus worker)
    {
        // Its number may be another's by now, which is no child of this process then.
        if (worker.Pid is not { } pid || ProcessEntry.Of(pid) is not { } entry || entry.Parent != Environment.ProcessId) return worker;
        var seconds = entry.CpuTicks / ProcessEntry.TicksInASecond;
        return worker with
        {
            CpuSeconds = seconds,
            CpuPercent = worker.Uptime is > 0 and var uptime ? Math.Round(100 * seconds / uptime, 1) : 0,
            Memory = (long)entry.ResidentPages * Environment.SystemPageSize,
        };
    }

    private IReadOnlyList<PortHolder> Holders(HashSet<int> ports)
    {
        while (true)
        {
            var seen = Volatile.Read(ref _seen);
            if (seen is not null && seen.Ports.IsSupersetOf(ports) && IsCurrent(seen, ports)) return seen.Holders.Value;
            // Who comes while it is looked for waits for that, and looks for nothing.
            Interlocked.CompareExchange(ref _seen, new Seen(time.GetTimestamp(), ports, new(() => PortHolder.Of(ports))), seen);
        }
    }

    private bool IsCurrent(Seen seen, HashSet<int> ports)
    {
        var age = time.GetElapsedTime(seen.At);
        return age < Remembered
               && seen.Holders.Value.All(holder => holder.IsThere)
               && (age < Believed || ports.IsSubsetOf(seen.Holders.Value.Select(holder => holder.Port)));
    }

    private sealed record Seen(long At, HashSet<int> Ports, Lazy<IReadOnlyList<PortHolder>> Holders);
}
