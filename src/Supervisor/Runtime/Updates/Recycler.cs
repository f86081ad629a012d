using System.Globalization;
using Reuseportd.Linux.Processes;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Updates;

/// <summary>
/// Replaces workers that are old or use much memory, by rolling updates of one worker at a time. The next worker of a service
/// follows when all its workers are ready again. Only the loop's thread uses the class.
/// </summary>
/// <param name="jitter">Spreads the ages at which workers are replaced; uniform in [0, 1).</param>
internal sealed class Recycler(
    SlotTable slots, UpdateRunner updates, SlotCounts counts, Mailbox mailbox, ILogger log, Func<double> jitter)
    : IDeadlineOwner, IProcessFollower
{
    /// <summary>The interval of memory measurements. The kernel does not report the growth of a process.</summary>
    private static readonly TimeSpan MeasureInterval = TimeSpan.FromSeconds(5);

    /// <summary>The wait after a failed replacement.</summary>
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMinutes(1);

    private readonly DeadlineQueue<WorkerProcess> _ages = new();
    private readonly Dictionary<ulong, WorkerProcess> _measured = [];
    private readonly Dictionary<Service, Queue<(WorkerProcess Process, string Why)>> _waiting = [];

    /// <summary>Processes that wait to be replaced.</summary>
    private readonly HashSet<ulong> _requested = [];

    /// <summary>The time at which the last replacement of a process began.</summary>
    private readonly Dictionary<ulong, TimeSpan> _begun = [];
    private TimeSpan _nextMeasurement;
    private volatile bool _isMeasuring;

    /// <summary>Handles a process that is ready, or is ready under a new policy.</summary>
    public void Ready(WorkerProcess process, TimeSpan now)
    {
        var recycle = process.Slot.Spec.Recycle;
        if (recycle.MaxAge is { } age)
            _ages.Add(process, process.Started + age * (1 + recycle.Variance * (2 * jitter() - 1)));
        if (recycle.MaxMemory is null) return;
        if (_measured.Count == 0) _nextMeasurement = now + MeasureInterval;
        _measured[process.Serial] = process;
    }

    public void Ended(WorkerProcess process)
    {
        _measured.Remove(process.Serial);
        _requested.Remove(process.Serial);
        _begun.Remove(process.Serial);
    }

    public TimeSpan? NextWait(TimeSpan now) =>
        Waits.Shorter(_ages.NextWait(now), _measured.Count == 0 ? null : Waits.Until(_nextMeasurement, now));

    public void HandleDue(TimeSpan now)
    {
        while (_ages.TryTake(now, out var process, out _))
        {
            // The policy may have changed since the process became ready.
            var recycle = process.Slot.Spec.Recycle;
            if (recycle.MaxAge is { } age && now - process.Started >= age * (1 - recycle.Variance))
                Ask(process, $"is {DurationText.Of(now - process.Started)} old", now);
        }

        if (_measured.Count > 0 && now >= _nextMeasurement) Measure(now);
        foreach (var (service, waiting) in _waiting.ToArray()) Next(service, waiting, now);
    }

    /// <summary>Handles the measured memory of process trees.</summary>
    public void Measured(ProcessMessage.MemorySeen seen, TimeSpan now)
    {
        foreach (var (serial, bytes) in seen.Bytes)
        {
            if (!_measured.TryGetValue(serial, out var process) || process.Slot.Spec.Recycle.MaxMemory is not { } most) continue;
            if (bytes <= most) continue;
            Ask(process, string.Create(CultureInfo.InvariantCulture, $"holds {bytes >> 20} MiB of memory"), now);
        }
    }

    private void Ask(WorkerProcess process, string why, TimeSpan now)
    {
        if (_requested.Contains(process.Serial) || process.Slot.Process != process || process.Slot.IsReplacement) return;
        if (_begun.TryGetValue(process.Serial, out var begun) && now - begun < RetryDelay) return;
        _requested.Add(process.Serial);
        var service = process.Slot.Service;
        if (!_waiting.TryGetValue(service, out var waiting)) _waiting.Add(service, waiting = new());
        waiting.Enqueue((process, why));
        Next(service, waiting, now);
    }

    private void Next(Service service, Queue<(WorkerProcess Process, string Why)> waiting, TimeSpan now)
    {
        while (counts.UnsettledOf(service) == 0 && counts.ReadyOf(service) == slots.Of(service).Count
               && waiting.TryDequeue(out var next))
        {
            var (process, why) = next;
            _requested.Remove(process.Serial);
            if (process.Slot.Process != process || process.Slot.Slot.State is not SlotState.Ready) continue;
            _begun[process.Serial] = now;
            if (process.Slot.Spec.Recycle.MaxAge is not null) _ages.Add(process, now + RetryDelay);
            log.Recycled(process.Slot.Name, process.Handle.Pid, why);
            updates.Begin(service, [process.Slot], former: null);
        }

        if (waiting.Count == 0 || service.Leaving) _waiting.Remove(service);
    }

    private void Measure(TimeSpan now)
    {
        _nextMeasurement = now + MeasureInterval;
        if (_isMeasuring) return;
        _isMeasuring = true;
        // A new process can have the pid of one that has ended, that was no child, and whose end the loop has not handled yet.
        var roots = new Dictionary<int, ulong>(_measured.Count);
        foreach (var process in _measured.Values) roots[process.Handle.Pid] = process.Serial;
        Task.Run(() =>
        {
            try
            {
                var bytes = TreeMemory.Sum(ProcessTable.Read(), roots, Environment.SystemPageSize);
                mailbox.Post(new ProcessMessage.MemorySeen(bytes));
            }
            catch (IOException)
            {
                // No descriptor is free to read /proc. The next measurement may succeed.
            }
            finally
            {
                _isMeasuring = false;
            }
        });
    }
}
