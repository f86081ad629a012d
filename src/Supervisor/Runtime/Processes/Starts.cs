using Reuseportd.Linux.Spawning;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.Processes;

/// <summary>
/// The starts that are under way. The loop begins them and is told of their end by <see cref="ProcessMessage.Launched"/>; in between it
/// waits for none. One that takes too long is killed. Only the loop's thread uses it.
/// </summary>
/// <param name="longest">That a start may take.</param>
internal sealed class Starts(Launcher launcher, Mailbox mailbox, ILogger log, TimeProvider time, TimeSpan longest)
    : IDeadlineOwner
{
    /// <summary>A usual start takes a millisecond. After this time another thread takes the place of the one that does it.</summary>
    private static readonly TimeSpan HeldAfter = TimeSpan.FromMilliseconds(50);

    /// <summary>Between two looks at one that takes long.</summary>
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    private readonly HashSet<Start> _underWay = [];
    private readonly DeadlineQueue<Start> _due = new();
    private bool _isStopping;

    public bool IsEmpty => _underWay.Count == 0;

    /// <summary>That the processes will have which are being started.</summary>
    public int Descriptors { get; private set; }

    /// <summary>Whether a child of the daemon is one that is being started.</summary>
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

    /// <summary>To be called when its message is taken.</summary>
    /// <returns>False for one that nobody waits for any more: it has been seen to.</returns>
    public bool End(Start start)
    {
        if (start.IsHeld) launcher.Free();
        Leave(start);
        if (!start.IsAbandoned) return true;
        start.Discard();
        return false;
    }

    /// <summary>Starts have a clock of their own: a process starts in real time.</summary>
    public TimeSpan? NextWait(TimeSpan now) => _due.NextWait(Now());

    /// <summary>Kills what has had its time. While all is to stop, a start that cannot be ended is reported as abandoned.</summary>
    public void Pass(TimeSpan _)
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

    /// <summary>All is to stop: what workers are asked ends, and starts that cannot be ended are not waited for.</summary>
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
        Await(start, start.Began);
    }

    private void Look(Start start, TimeSpan now)
    {
        // There may have been no room for a thread that begins it.
        launcher.Retry();
        Await(start, now);
        if (now - start.Began >= longest) Kill(start);
        // It may have had no process when it was stopped.
        else if (start.Control.IsStopped) start.Control.Stop();
    }

    private void Await(Start start, TimeSpan since)
    {
        var (next, last) = (since + BetweenLooks, start.Began + longest);
        _due.Add(start, since < last && last < next ? last : next);
    }

    private void Kill(Start start)
    {
        var error = start.Control.Held($"not done after {DurationText.Of(longest)}, killed");
        // It came about at the last moment: its message is on its way.
        if (!start.Control.Stop() || start.LateError is not null) return;
        start.LateError = error;
        if (start is WorkerStart worker) log.SpawnFailed(worker.Slot.Name, error);
    }
}
