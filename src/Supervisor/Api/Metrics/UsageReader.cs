using Reuseportd.Api.Documents;
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

    /// <summary>Open connections of a control group; null if the kernel does not count them.</summary>
    public Func<ulong, ulong?> Connections => connections;

    /// <summary>Must not be called by two threads at one time.</summary>
    /// <param name="withProcesses">False to leave out CPU time and memory, which take a file for each worker.</param>
    public Dictionary<WorkerName, WorkerUsage> Read(ValueList<WorkerSnapshot> workers, bool withProcesses)
    {
        var queues = WorkerQueues.Read();
        var usage = new Dictionary<WorkerName, WorkerUsage>(workers.Count);
        foreach (var worker in workers) usage[worker.Name] = Of(worker, queues, withProcesses);
        var names = usage.Keys.ToHashSet();
        _cpu.Keep(names);
        _drops.Keep(names);
        _sums = new Sums(_cpu.Save(), _drops.Save());
        return usage;
    }

    /// <summary>Adds the sums to the state for the program that replaces this one. Thread-safe.</summary>
    public SavedTotals AddTo(SavedTotals totals) => totals with { Cpu = _sums.Cpu, Drops = _sums.Drops };

    /// <summary>Must be called before the first <see cref="Read"/>.</summary>
    public void Restore(SavedTotals totals)
    {
        _sums = new Sums(totals.Cpu ?? [], totals.Drops ?? []);
        _cpu.Restore(_sums.Cpu);
        _drops.Restore(_sums.Drops);
    }

    private WorkerUsage Of(WorkerSnapshot worker, WorkerQueues queues, bool withProcesses)
    {
        var own = withProcesses && worker.Pid is { } pid ? ProcessUsage.Of(pid, worker.Foreign) : null;
        var sockets = queues.Of(worker);
        var (waiting, limit) = WorkerQueues.Sum(sockets);
        return new WorkerUsage(
            withProcesses ? CpuOf(worker, own?.CpuSeconds) : null,
            own?.Memory,
            worker is { Pid: not null, GroupId: > 0 and var group } ? connections(group) : null,
            waiting,
            limit,
            (long)_drops.Of(worker.Name, [.. sockets.Select(socket => (socket.Inode, (double)socket.Drops))]));
    }

    /// <summary>A worker may have a second process, which starts or drains.</summary>
    private double CpuOf(WorkerSnapshot worker, double? own)
    {
        List<(ulong, double)> processes = [];
        if (own is { } seconds) processes.Add(((ulong)worker.Pid!.Value, seconds));
        if (worker.Activity is WorkerActivity.SecondProcess { Pid: var pid } && ProcessUsage.Of(pid, foreign: null) is { } second)
            processes.Add(((ulong)pid, second.CpuSeconds));
        return _cpu.Of(worker.Name, [.. processes]);
    }

    private sealed record Sums(SavedTotal[] Cpu, SavedTotal[] Drops);
}
