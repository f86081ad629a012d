using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Linux.Trees;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Trees;
using Serilog;

namespace Reuseportd.Runtime.Supervision;

/// <summary>
/// Reaps children of the daemon that are no workers: orphans, processes that epoll cannot watch, and the guard. The kernel hands
/// orphans to the daemon as subreaper (PR_SET_CHILD_SUBREAPER, prctl(2)). Only the loop's thread uses it.
/// </summary>
/// <param name="isProbe">True for a probe's command, which is reaped through its pidfd.</param>
internal sealed class AdoptedChildren(
    WorkerTable processes,
    UnwatchedProcesses unwatched,
    Starts starts,
    ITreeReaper trees,
    Guard? guard,
    ChildSignal? signal,
    Func<int, bool> isProbe,
    FleetEvents events,
    ILogger log,
    Func<TimeSpan> clock) : IDescriptorOwner
{
    /// <summary>Children reaped in one turn. A worker can make orphans as fast as they are reaped.</summary>
    private const int MostInATurn = 64;

    /// <summary>True if more ended children may be hidden behind a process that is being started.</summary>
    private bool _hasHidden;

    /// <summary>True if <see cref="Reap"/> has work to do.</summary>
    public bool IsDue { get; private set; }

    public void Wake(ulong token)
    {
        signal?.Drain();
        IsDue = true;
    }

    /// <summary>Handles the end of a start, which makes hidden children visible.</summary>
    public void StartEnded()
    {
        IsDue |= _hasHidden;
        _hasHidden = false;
    }

    /// <summary>A message reports an ended child. Each message has its own share of reaps: orphans end by the thousand.</summary>
    public void ChildEnded()
    {
        IsDue = true;
        Reap();
    }

    /// <summary>Must be called after the ends of workers in each turn. Otherwise a worker could be taken for an orphan.</summary>
    public void Reap()
    {
        if (!IsDue) return;
        IsDue = false;
        unwatched.Reap();
        ReapGuard();
        for (var reaped = 0; Subreaper.NextEnded() is { } child; reaped++)
        {
            if (reaped == MostInATurn)
            {
                IsDue = true;
                return;
            }

            if (!TryReap(child)) return;
        }
    }

    private void ReapGuard()
    {
        if (guard is { Pid: var pid and not 0 } && guard.Reap() is { } status)
            log.GuardEnded(pid, status, guard.Restart(clock()));
    }

    /// <returns>False if the remaining children must wait.</returns>
    private bool TryReap(int child)
    {
        // It can end while others are reaped. As an orphan, it would get no successor.
        if (guard?.Pid == child)
        {
            ReapGuard();
            return true;
        }

        if (processes.FindPid(child) is { } process)
        {
            events.Add(new FleetEvent.ProcessExited(process));
            // NextEnded returns the same worker until it is reaped.
            IsDue = true;
            return false;
        }

        if (unwatched.IsOwn(child))
        {
            IsDue = true;
            return false;
        }

        if (isProbe(child)) return false;
        // The loop has not taken the start's message yet. Until then the child hides others that have ended.
        if (starts.IsOwn(child))
        {
            _hasHidden = true;
            return false;
        }

        Subreaper.Reap(child);
        trees.AdoptedEnded();
        return true;
    }
}
