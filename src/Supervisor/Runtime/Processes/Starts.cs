using Reuseportd.Linux.Spawning;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.Processes;

/// <summary>
/// The starts in progress. The loop begins them and gets <see cref="ProcessMessage.Launched"/> at their end; it never waits for
/// one. A start that exceeds its timeout is killed. Only the loop's thread uses it.
/// </summary>
/// <param name="longest">The timeout of a start.</param>
internal sealed class Starts(Launcher launcher, Mailbox mailbox, ILogger log, TimeProvider time, TimeSpan longest)
    : IDeadlineOwner
{
    /// <summary>
    /// A usual start takes a millisecond. After this time another thread takes over the queue from the start's thread.
    /// </summary>
    private static readonly TimeSpan HeldAfter = TimeSpan.FromMilliseconds(50);

    /// <summary>Interval between looks at a slow start.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly HashSet<Start> _underWay = [];
    private readonly DeadlineQueue<Start> _due = new();
    private bool _isStopping;

    public bool IsEmpty => _underWay.Count == 0;

    /// <summary>File descriptors that the starting processes will need.</summary>
    public int Descriptors { get; private set; }

    /// <summary>True if a child of the daemon belongs to a start in progress.</summary>
    public bool IsOwn(int pid)
    {
        foreach (var start in _underWay)
            if (start.Control.Pid == pid) return true;
        return false;
    }

    public void Begin(Start start)
    {
        var now = Now();
        start.Began = now;
        _underWay.Add(start);
        Descriptors += start.Descriptors;
        _due.Add(start, now + HeldAfter);
        launcher.Begin(spawner =>
        {
            start.Run(spawner);
            mailbox.Post(new ProcessMessage.Launched(start));
        });
    }

    /// <summary>Must be called when the loop takes the start's message.</summary>
    /// <returns>False if the start was abandoned. It is discarded in that case.</returns>
    public bool End(Start start)
    {
        if (start.IsHeld) launcher.Free();
        Leave(start);
        if (!start.IsAbandoned) return true;
        start.Discard();
        return false;
    }

    /// <summary>Starts use their own clock, as a process starts in real time.</summary>
    public TimeSpan? NextWait(TimeSpan now) => _due.NextWait(Now());

    /// <summary>
    /// Kills starts that have exceeded their timeout. While the daemon stops, a start that cannot be killed is reported as
    /// abandoned.
    /// </summary>
    public void HandleDue(TimeSpan _)
    {
        var now = Now();
        while (_due.TryTake(now, out var start, out _))
        {
            if (!_underWay.Contains(start)) continue;
            if (!start.IsHeld) Hold(start);
            else if (now - start.Began >= 2 * longest && _isStopping && !start.IsAbandoned)
            {
                start.IsAbandoned = true;
                Leave(start);
                if (start is WorkerStart worker) mailbox.Post(new ProcessMessage.StartAbandoned(worker));
            }
            else Look(start, now);
        }
    }

    /// <summary>Cancels probes, and stops waiting for starts that cannot be cancelled.</summary>
    public void Stop()
    {
        _isStopping = true;
        foreach (var start in _underWay)
            if (start.EndsWithDaemon) start.Control.Stop();
    }

    private TimeSpan Now() => time.GetElapsedTime(0);

    private void Leave(Start start)
    {
        if (_underWay.Remove(start)) Descriptors -= start.Descriptors;
    }

    private void Hold(Start start)
    {
        start.IsHeld = true;
        launcher.Hold();
        start.OnHeld();
        ScheduleLook(start, start.Began);
    }

    private void Look(Start start, TimeSpan now)
    {
        // There may have been no free thread to begin the start.
        launcher.Retry();
        ScheduleLook(start, now);
        if (now - start.Began >= longest) Kill(start);
        // The first attempt to cancel may have come before the process existed.
        else if (start.Control.IsStopped) start.Control.Stop();
    }

    private void ScheduleLook(Start start, TimeSpan since)
    {
        var (next, last) = (since + BetweenLooks, start.Began + longest);
        _due.Add(start, since < last && last < next ? last : next);
    }

    private void Kill(Start start)
    {
        var error = start.Control.Held($"not done after {DurationText.Of(longest)}, killed");
        // The start has succeeded at the last moment, and its message is in the mailbox.
        if (!start.Control.Stop() || start.LateError is not null) return;
        start.LateError = error;
        if (start is WorkerStart worker) log.SpawnFailed(worker.Slot.Name, error);
    }
}
