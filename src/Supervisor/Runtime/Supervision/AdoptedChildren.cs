using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Spawning;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Trees;
using Serilog;

namespace Reuseportd.Runtime.Supervision;

/// <summary>
/// Reaps children of the daemon that are no workers: left over by a worker and handed to the daemon as its subreaper
/// (PR_SET_CHILD_SUBREAPER, prctl(2)); or the guard, if it ends. Only the loop's thread uses it.
/// </summary>
/// <param name="isProbe">Whether a child is a probe's command, which is reaped by its pidfd.</param>
internal sealed class AdoptedChildren(
    WorkerTable processes,
    Starts starts,
    ITreeReaper trees,
    Guard? guard,
    ChildSignal? signal,
    Func<int, bool> isProbe,
    FleetEvents events,
    ILogger log) : IDescriptorOwner
{
    /// <summary>Children reaped in one turn: a worker can make orphans as fast as they are reaped.</summary>
    private const int MostInATurn = 64;

    /// <summary>Children may be left to be reaped, behind a process that is being started.</summary>
    private bool _hasHidden;

    /// <summary>Whether <see cref="Reap"/> has something to do.</summary>
    public bool IsDue { get; private set; }

    public void Wake(ulong token)
    {
        signal?.Drain();
        IsDue = true;
    }

    /// <summary>A start has ended: children that have ended behind it can be seen now.</summary>
    public void StartEnded()
    {
        IsDue |= _hasHidden;
        _hasHidden = false;
    }

    /// <summary>A child has ended.</summary>
    public void ChildEnded() => IsDue = true;

    /// <summary>Comes after the ends of workers in each turn: a worker in the table is told from a leftover.</summary>
    public void Reap()
    {
        if (!IsDue) return;
        IsDue = false;
        if (guard is { Pid: var pid and not 0 } && guard.Reap() is { } status) log.GuardEnded(pid, status);
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

    /// <returns>False if the rest has to wait.</returns>
    private bool TryReap(int child)
    {
        if (processes.FindPid(child) is { } process)
        {
            events.Add(new FleetEvent.ProcessExited(process));
            // NextEnded would give it again until it is reaped.
            IsDue = true;
            return false;
        }

        if (isProbe(child)) return false;
        // Its start has not been taken note of. Children that have ended behind it are seen after that.
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
