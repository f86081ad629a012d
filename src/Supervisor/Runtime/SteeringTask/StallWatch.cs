using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Messages;
using Reuseportd.Steering;
using Serilog;

namespace Reuseportd.Runtime.SteeringTask;

/// <summary>
/// Samples the accept queues of the watched groups, with one dump for all. Steers around workers that accept nothing while others
/// do.
/// </summary>
internal sealed class StallWatch(Mailbox mailbox, ILogger log)
{
    /// <summary>Interval while connections are queued.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Interval while no connection is queued. A new queue's age counts from the last look at which it was empty.
    /// </summary>
    private static readonly TimeSpan QuietInterval = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan FirstTrial = TimeSpan.FromMilliseconds(500);
    private const int MostDoublings = 6;

    private TimeSpan _last = TimeSpan.MinValue;
    private bool _isQuiet;

    public TimeSpan? NextWait(IEnumerable<SharedGroup> groups, TimeSpan now)
    {
        if (!groups.Any(group => group.IsWatched)) return null;
        if (_last == TimeSpan.MinValue) return TimeSpan.Zero;
        return Waits.Until(_last + (_isQuiet ? QuietInterval : Interval), now);
    }

    /// <summary>Clears the state of a worker whose share moves to another process, or to none.</summary>
    public void Clear(SharedGroup group, int slot)
    {
        group.Judge.Wake(slot);
        if (!group.Stuck.Remove(slot, out var stuck)) return;
        // Rejoin also restores a listener that was taken out of its group.
        _ = group.Steering.Rejoin(slot);
        mailbox.Post(new SteeringMessage.Stalled(stuck.Process.Placement.Process, IsStuck: false));
    }

    public void Check(SockDiag diag, IEnumerable<SharedGroup> groups, TimeSpan now)
    {
        if (NextWait(groups, now) is not { } wait || wait > TimeSpan.Zero) return;
        _last = now;
        var watched = groups.Where(group => group.IsWatched).ToArray();
        var queues = AcceptQueues.Sample(diag, datagrams: Array.Exists(watched, group => !group.Key.IsStream), out var errno);
        if (errno != Errno.None) return;
        _isQuiet = true;
        foreach (var group in watched) Look(group, queues, now);
    }

    private void Look(SharedGroup group, Dictionary<ulong, QueueLength> queues, TimeSpan now)
    {
        if (group.Balance == Balance.LeastQueue)
        {
            _isQuiet = false;
            group.Steering.SetQueues(queues);
        }

        if (!group.Key.IsStream || group.Stall.Action == StallAction.None) return;
        QueueSample[] samples =
        [
            .. group.Current.Select(member => new QueueSample(member.Key, Waiting(group, member.Value, queues))),
        ];
        if (group.Stuck.Count > 0 || Array.Exists(samples, sample => sample.Queue > 0)) _isQuiet = false;
        foreach (var verdict in group.Judge.Judge(samples, now)) Act(group, verdict, samples, now);
        foreach (var (slot, stuck) in group.Stuck.Where(entry => now - entry.Value.TriedAt > 2 * group.Stall.After).ToArray())
            Resume(group, slot, stuck.Process);
        foreach (var (slot, stuck) in group.Stuck.Where(entry => entry.Value.IsRescued && now >= entry.Value.NextTrial).ToArray())
            StartTrial(group, slot, stuck, now);
    }

    private static long Waiting(SharedGroup group, PlacedProcess process, Dictionary<ulong, QueueLength> queues) =>
        process.In(group).Sum(socket => queues.GetValueOrDefault(socket.Inode).Waiting);

    private void Act(SharedGroup group, StallVerdict verdict, QueueSample[] samples, TimeSpan now)
    {
        var (slot, process) = (verdict.Slot, group.Current[verdict.Slot]);
        var (worker, pid) = (process.Placement.Worker, process.Placement.Pid);
        switch (verdict.Change)
        {
            case StallChange.Steer:
                if (group.Stuck.TryGetValue(slot, out var stuck)) stuck.TriedAt = null;
                else
                {
                    log.Stalled(worker, pid, group.Stall.After, Array.Find(samples, sample => sample.Slot == slot).Queue);
                    group.Stuck.Add(slot, new StallState(process));
                }

                _ = group.Steering.Leave(slot);
                mailbox.Post(new SteeringMessage.Stalled(process.Placement.Process, IsStuck: true));
                break;
            case StallChange.Stuck:
                Rescue(group, slot, process, now);
                if (group.Stall.Action == StallAction.Restart)
                    mailbox.Post(new SteeringMessage.FoundStuck(process.Placement.Process, group.Stall.After));
                break;
            case StallChange.Awake:
                Resume(group, slot, process);
                break;
        }
    }

    private void Rescue(SharedGroup group, int slot, PlacedProcess process, TimeSpan now)
    {
        var errno = group.Steering.Rescue(slot, out var waited);
        log.Rescued(process.Placement.Worker, process.Placement.Pid, waited, errno);
        if (errno != Errno.None || !group.Stuck.TryGetValue(slot, out var stuck)) return;
        group.Judge.Rescued(slot);
        stuck.IsRescued = true;
        stuck.NextTrial = now + FirstTrial * (1 << Math.Min(stuck.Trials++, MostDoublings));
    }

    /// <summary>
    /// Gives a stuck worker new connections: nothing else shows whether it accepts again. A suspended process gets none.
    /// </summary>
    private static void StartTrial(SharedGroup group, int slot, StallState stuck, TimeSpan now)
    {
        if (ProcessEntry.Of(stuck.Process.Placement.Pid) is { IsStopped: true })
        {
            stuck.NextTrial = now + FirstTrial;
            return;
        }

        stuck.IsRescued = false;
        stuck.TriedAt = now;
        group.Judge.Wake(slot);
        _ = group.Steering.Rejoin(slot);
    }

    private void Resume(SharedGroup group, int slot, PlacedProcess process)
    {
        group.Stuck.Remove(slot);
        _ = group.Steering.Rejoin(slot);
        log.Awake(process.Placement.Worker, process.Placement.Pid);
        mailbox.Post(new SteeringMessage.Stalled(process.Placement.Process, IsStuck: false));
    }
}
