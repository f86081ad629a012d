using Reuseportd.Api.Documents;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Runtime.Handover;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Api.Metrics;

/// <summary>Asks the kernel for the usage of workers, and sums counters over their processes and sockets.</summary>
/// <param name="connections">Open connections of a control group; null if the kernel does not count them.</param>
internal sealed class UsageReader(Func<ulong, ulong?> connections)
{
    private readonly RunningTotals _cpu = new();
    private readonly RunningTotals _drops = new();

    /// <summary>The sums of the last call of <see cref="Read"/>: they are saved while a request may read.</summary>
    private volatile Sums _sums = new([], []);

    private volatile OwnEntry _own = new(default);

    /// <summary>CPU seconds of the daemons that this one has replaced, as another process.</summary>
    private double _formerCpu;

    /// <summary>Open connections of a control group; null if the kernel does not count them.</summary>
    public Func<ulong, ulong?> Connections => connections;

    /// <summary>Must not be called by two threads at one time.</summary>
    /// <param name="withProcesses">False to leave out CPU time and memory, which take a file for each worker.</param>
    /// <returns>The usage of each worker. A worker that is gone has only its sums.</returns>
    public Dictionary<WorkerName, WorkerUsage> Read(FleetSnapshot fleet, bool withProcesses)
    {
        var queues = WorkerQueues.Read();
        var usage = new Dictionary<WorkerName, WorkerUsage>(fleet.Workers.Count);
        var entries = withProcesses ? ProcessUsage.Read(fleet.Workers) : null;
        foreach (var worker in fleet.Workers) usage[worker.Name] = Of(worker, queues, entries);
        Keep(fleet, usage);
        var gones = _cpu.Workers.Concat(_drops.Workers).Where(worker => !usage.ContainsKey(worker)).Distinct();
        foreach (var gone in gones.ToArray())
            usage[gone] = new WorkerUsage(
                withProcesses ? _cpu.Of(gone) : null, null, null, null, null, (long)_drops.Of(gone));
        _sums = new Sums(_cpu.Save(), _drops.Save());
        return usage;
    }

    /// <summary>CPU seconds of this daemon, and of those that it has replaced; its resident bytes.</summary>
    public (double CpuSeconds, long Memory) Own()
    {
        // Without a free descriptor there is no entry: the last one holds.
        if (ProcessEntry.Of(Environment.ProcessId) is { } entry) _own = new OwnEntry(entry);
        var resident = (long)_own.Entry.ResidentPages * Environment.SystemPageSize;
        return (_formerCpu + (_own.Entry.CpuTicks / ProcessEntry.TicksInASecond), resident);
    }

    /// <summary>Adds the sums to the state for the program that replaces this one. Thread-safe.</summary>
    public SavedTotals AddTo(SavedTotals totals) => totals with
    {
        Cpu = _sums.Cpu, Drops = _sums.Drops, OwnCpu = Own().CpuSeconds, FormerCpu = _formerCpu,
    };

    /// <summary>Must be called before the first <see cref="Read"/>.</summary>
    /// <param name="isOfAnotherProcess">False if this process had the earlier daemon: its CPU time goes on.</param>
    public void Restore(SavedTotals totals, bool isOfAnotherProcess)
    {
        _formerCpu = (isOfAnotherProcess ? totals.OwnCpu : totals.FormerCpu) ?? 0;
        _sums = new Sums(totals.Cpu ?? [], totals.Drops ?? []);
        _cpu.Restore(_sums.Cpu);
        _drops.Restore(_sums.Drops);
    }

    private void Keep(FleetSnapshot fleet, Dictionary<WorkerName, WorkerUsage> workers)
    {
        // A service that is being removed still has workers.
        HashSet<string> services =
            [.. fleet.Services.Select(service => service.Spec.Name), .. workers.Keys.Select(worker => worker.Service)];
        _cpu.Keep(workers.ContainsKey, services);
        _drops.Keep(workers.ContainsKey, services);
    }

    /// <param name="entries">The processes of the workers; null without CPU time and memory.</param>
    private WorkerUsage Of(WorkerSnapshot worker, WorkerQueues queues, IReadOnlyDictionary<int, ProcessEntry>? entries)
    {
        var own = entries is not null && worker.Pid is { } pid ? ProcessUsage.Of(pid, entries, worker.Foreign) : null;
        var listening = queues.Of(worker);
        var (waiting, limit) = WorkerQueues.Sum(listening);
        return new WorkerUsage(
            entries is null ? null : CpuOf(worker, entries, own?.CpuSeconds),
            own?.Memory,
            worker is { Pid: not null, GroupId: > 0 and var group } ? connections(group) : null,
            waiting,
            limit,
            DropsOf(worker, listening, queues));
    }

    /// <summary>A worker may have a second process, which starts or drains.</summary>
    private double CpuOf(WorkerSnapshot worker, IReadOnlyDictionary<int, ProcessEntry> entries, double? own)
    {
        List<(ulong, double)> processes = [];
        if (own is { } seconds) processes.Add(((ulong)worker.Pid!.Value, seconds));
        if (worker.Second is { } second && ProcessUsage.Of(second.Pid, entries, second.Foreign) is { } more)
            processes.Add(((ulong)second.Pid, more.CpuSeconds));
        var (first, other) = ((ulong?)worker.Pid, (ulong?)worker.Second?.Pid);
        return _cpu.Of(worker.Name, [.. processes], number => number != first && number != other);
    }

    /// <summary>Sockets of a former process count until they close.</summary>
    /// <param name="listening">The queues of the worker's sockets.</param>
    private long DropsOf(WorkerSnapshot worker, ListenQueue[] listening, WorkerQueues queues)
    {
        var present = _drops.PresentOf(worker.Name);
        if (listening.Length == 0 && present.Count == 0) return (long)_drops.Of(worker.Name);
        var all = present.All(worker.Sockets.Contains) ? listening : queues.Of([.. worker.Sockets, .. present]);
        return (long)_drops.Of(
            worker.Name, Array.ConvertAll(all, socket => (socket.Inode, (double)socket.Drops)), queues.IsClosed);
    }

    private sealed record OwnEntry(ProcessEntry Entry);

    private sealed record Sums(SavedTotal[] Cpu, SavedTotal[] Drops);
}
