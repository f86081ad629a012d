using Reuseportd.Model;
using Reuseportd.Runtime.Messages;

namespace Reuseportd.Runtime.Output;

/// <summary>
/// Makes one sequence of outcomes from two sources that see the same calls of a process: the lines of the preload library, and
/// the kernel. The line of a call has more details. So an outcome of the kernel waits for the line, if the process has the
/// library. An outcome that waits in vain is told: io_uring and system calls without libc have no lines. An outcome whose line
/// came first is dropped. Pure.
/// </summary>
internal sealed class OutcomeMerge
{
    /// <summary>The library writes its line a few microseconds after the call.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    /// <summary>The newest processes that have the library, and outcomes whose lines may still come.</summary>
    private const int MostRemembered = 256;

    private readonly HashSet<int> _withLibrary = [];
    private readonly DeadlineQueue<BindOutcome> _waiting = new();
    private readonly List<BindOutcome> _held = [];
    private readonly Queue<BindOutcome> _told = new();

    /// <summary>Lines whose outcomes have not come. A lost outcome leaves its line here.</summary>
    private readonly List<BindOutcome> _lines = [];

    public TimeSpan? NextWait(TimeSpan now) => _waiting.NextWait(now);

    /// <summary>Takes a line of the library.</summary>
    /// <returns>False if the kernel's outcome of the same call was told already.</returns>
    public bool TakeLine(BindOutcome line)
    {
        if (line.Kind == OutcomeKind.Loaded)
        {
            if (_withLibrary.Count >= MostRemembered) _withLibrary.Clear();
            _withLibrary.Add(line.Pid);
        }

        if (line.Socket is null) return true;
        var at = _held.FindIndex(outcome => IsSameCall(outcome, line));
        if (at >= 0)
        {
            _held.RemoveAt(at);
            return true;
        }

        if (_told.Any(outcome => IsSameCall(outcome, line))) return false;
        if (_lines.Count >= MostRemembered) _lines.RemoveAt(0);
        _lines.Add(line);
        return true;
    }

    /// <summary>Takes an outcome of the kernel.</summary>
    /// <returns>True if the outcome must be told now; false if its line was told, or if it waits for the line.</returns>
    public bool TakeKernel(BindOutcome outcome, TimeSpan now)
    {
        if (outcome.Socket is null || !_withLibrary.Contains(outcome.Pid)) return true;
        var at = _lines.FindIndex(line => IsSameCall(outcome, line));
        if (at >= 0)
        {
            _lines.RemoveAt(at);
            return false;
        }

        _held.Add(outcome);
        _waiting.Add(outcome, now + Patience);
        return false;
    }

    /// <summary>An outcome whose line did not come; null if there is none.</summary>
    public BindOutcome? TakeDue(TimeSpan now)
    {
        while (_waiting.TryTake(now, out var outcome, out _))
        {
            if (!_held.Remove(outcome)) continue;
            if (_told.Count >= MostRemembered) _told.Dequeue();
            _told.Enqueue(outcome);
            return outcome;
        }

        return null;
    }

    /// <summary>An inode of 0 is unknown.</summary>
    private static bool IsSameCall(BindOutcome one, BindOutcome other) =>
        one.Kind == other.Kind && one.Succeeded == other.Succeeded && one.Socket is { } a && other.Socket is { } b
        && (a.Inode == 0 || b.Inode == 0 ? one.Pid == other.Pid && a.Port == b.Port : a.Inode == b.Inode);
}
