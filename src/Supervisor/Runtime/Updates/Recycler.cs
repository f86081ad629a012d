using System.Globalization;
using Reuseportd.Linux.Processes;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Runtime.Trees;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Updates;

/// <summary>
/// Replaces workers that are old or hold much memory by a rolling update, one worker of a service at a time. The next one follows
/// when all workers of the service are ready again. Only the loop's thread uses it.
/// </summary>
/// <param name="jitter">Spreads the ages at which workers are replaced; uniform in [0, 1).</param>
internal sealed class Recycler(UpdateRunner updates, SlotCounts counts, Mailbox mailbox, ILogger log, Func<double> jitter)
    : IDeadlineOwner, IProcessFollower
{
    /// <summary>How often memory is measured, of services with a limit. The kernel reports no growth of a process.</summary>
    private static readonly TimeSpan Weighing = TimeSpan.FromSeconds(5);

    /// <summary>After a replacement that failed, until the next try.</summary>
    private static readonly TimeSpan Retrial = TimeSpan.FromMinutes(1);

    private readonly DeadlineQueue<WorkerProcess> _ages = new();
    private readonly Dictionary<ulong, WorkerProcess> _weighed = [];
    private readonly Dictionary<Service, Queue<(WorkerProcess Process, string Why)>> _waiting = [];

    /// <summary>Processes that wait to be replaced.</summary>
    private readonly HashSet<ulong> _asked = [];

    /// <summary>The time at which the last replacement of a process began.</summary>
    private readonly Dictionary<ulong, TimeSpan> _tried = [];
    private TimeSpan _nextWeighing;
    private volatile bool _weighs;

    /// <summary>A process is ready, or a ready process has a new policy.</summary>
    public void Ready(WorkerProcess process, TimeSpan now)
    {
        var recycle = process.Slot.Spec.Recycle;
        if (recycle.MaxAge is { } age)
            _ages.Add(process, process.Started + age * (1 + recycle.Variance * (2 * jitter() - 1)));
        if (recycle.MaxMemory is null) return;
        if (_weighed.Count == 0) _nextWeighing = now + Weighing;
        _weighed[process.Serial] = process;
    }

    public void Ended(WorkerProcess process)
    {
        _weighed.Remove(process.Serial);
        _asked.Remove(process.Serial);
        _tried.Remove(process.Serial);
    }

    public TimeSpan? NextWait(TimeSpan now) =>
        Waits.Shorter(_ages.NextWait(now), _weighed.Count == 0 ? null : Waits.Until(_nextWeighing, now));

    public void HandleDue(TimeSpan now)
    {
        while (_ages.TryTake(now, out var process, out _))
        {
            // The policy may have changed since.
            var recycle = process.Slot.Spec.Recycle;
            if (recycle.MaxAge is { } age && now - process.Started >= age * (1 - recycle.Variance))
                Ask(process, $"is {DurationText.Of(now - process.Started)} old", now);
        }

        if (_weighed.Count > 0 && now >= _nextWeighing) Weigh(now);
        foreach (var (service, waiting) in _waiting.ToArray()) Next(service, waiting, now);
    }

    /// <summary>The memory of process trees has been measured.</summary>
    public void Weighed(ProcessMessage.MemorySeen seen, TimeSpan now)
    {
        foreach (var (serial, bytes) in seen.Bytes)
        {
            if (!_weighed.TryGetValue(serial, out var process) || process.Slot.Spec.Recycle.MaxMemory is not { } most) continue;
            if (bytes <= most) continue;
            Ask(process, string.Create(CultureInfo.InvariantCulture, $"holds {bytes >> 20} MiB of memory"), now);
        }
    }

    private void Ask(WorkerProcess process, string why, TimeSpan now)
    {
        if (_asked.Contains(process.Serial) || process.Slot.Process != process || process.Slot.IsReplacement) return;
        if (_tried.TryGetValue(process.Serial, out var tried) && now - tried < Retrial) return;
        _asked.Add(process.Serial);
        var service = process.Slot.Service;
        if (!_waiting.TryGetValue(service, out var waiting)) _waiting.Add(service, waiting = new());
        waiting.Enqueue((process, why));
        Next(service, waiting, now);
    }

    private void Next(Service service, Queue<(WorkerProcess Process, string Why)> waiting, TimeSpan now)
    {
        while (counts.UnsettledOf(service) == 0 && counts.ReadyOf(service) == service.Slots.Count
               && waiting.TryDequeue(out var next))
        {
            var (process, why) = next;
            _asked.Remove(process.Serial);
            if (process.Slot.Process != process || process.Slot.Slot.State is not SlotState.Ready) continue;
            _tried[process.Serial] = now;
            if (process.Slot.Spec.Recycle.MaxAge is not null) _ages.Add(process, now + Retrial);
            log.Recycled(process.Slot.Name, process.Handle.Pid, why);
            updates.Begin(service, [process.Slot], former: null);
        }

        if (waiting.Count == 0 || service.Leaving) _waiting.Remove(service);
    }

    private void Weigh(TimeSpan now)
    {
        _nextWeighing = now + Weighing;
        if (_weighs) return;
        _weighs = true;
        var roots = _weighed.Values.ToDictionary(process => process.Handle.Pid, process => process.Serial);
        Task.Run(() =>
        {
            try
            {
                var bytes = TreeMemory.Sum(ProcessTable.Read(), roots, Environment.SystemPageSize);
                mailbox.Post(new ProcessMessage.MemorySeen(bytes));
            }
            catch (IOException)
            {
                // No descriptor is left to read /proc with. The next measurement may find one.
            }
            finally
            {
                _weighs = false;
            }
        });
    }
}
