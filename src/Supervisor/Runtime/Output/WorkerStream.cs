using Reuseportd.Binding;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Output;

/// <summary>One stream of one process: its pipe, and what is bounded about it. Only the output loop's thread uses it.</summary>
internal sealed class WorkerStream(
    Pipe pipe, ulong process, TreeRoot tree, LineSource source, LoggingSpec logging, WorkerFile? file = null)
{
    /// <summary>
    /// A program may bind in a loop, or write what looks like the library's lines: past this many in a second they are counted
    /// only. What readiness waits for gets through all the same, see <see cref="IsNews"/>.
    /// </summary>
    private const int OutcomesPerSecond = 1_000;

    private PortSet _portsServed;
    private (int Pid, bool? IsOurs) _lastAsked;
    private bool _libraryHeard;

    /// <summary>Of the worker's own lines.</summary>
    public RateLimit LineLimit = new(logging.RateLimitInterval, logging.RateLimitBurst);

    /// <summary>Of the library's.</summary>
    public RateLimit OutcomeLimit = new(TimeSpan.FromSeconds(1), OutcomesPerSecond);

    public Pipe Pipe { get; } = pipe;

    /// <summary>Serial number of the process.</summary>
    public ulong Process { get; } = process;

    public LineSource Source { get; } = source;

    /// <summary>Where it goes; null for the log.</summary>
    public WorkerFile? File { get; } = file;

    /// <summary>Of the process; null where nobody asks for them.</summary>
    public LastWords? LastWords { get; init; }

    public LineSplitter Splitter { get; } = new(logging.LineMax);

    /// <summary>When dropped lines are to be said though no further line comes.</summary>
    public TimeSpan? SayDroppedAt { get; set; }

    /// <summary>
    /// Whether the library of this worker said it, as far as can be told: programs log what strangers send them, and that may
    /// look like one of its lines. At the start of a line a process of the worker must be named. Behind words of the program
    /// itself, where the text of a request may stand, only a socket is believed that the kernel confirms.
    /// </summary>
    public bool IsGenuine(BindOutcome outcome, bool behindWords)
    {
        if (outcome.Kind == OutcomeKind.Error) return !behindWords;
        var ours = IsOurs(outcome.Pid);
        if (behindWords)
            return ours == true && outcome is { Succeeded: true, Socket: { } socket }
                   && SocketHolders.Holds(outcome.Pid, socket.FileDescriptor, socket.Inode);
        // A child may be gone before its words are read; then it serves nothing any more.
        return ours ?? PortCoverage.ServedPort(outcome) is null;
    }

    /// <summary>Whether an outcome tells the fleet something new: the library is there, or one more port is served.</summary>
    public bool IsNews(BindOutcome outcome)
    {
        if (outcome.Kind == OutcomeKind.Loaded)
        {
            var first = !_libraryHeard;
            _libraryHeard = true;
            return first;
        }

        if (PortCoverage.ServedPort(outcome) is not (>= 0 and <= ushort.MaxValue and var port)) return false;
        return _portsServed.Add(port);
    }

    /// <summary>Asks /proc at most once for a row of lines that name the same process.</summary>
    /// <returns>Null where it runs no more.</returns>
    private bool? IsOurs(int pid)
    {
        if (pid == tree.Pid) return true;
        if (pid != _lastAsked.Pid) _lastAsked = (pid, tree.Holds(pid));
        return _lastAsked.IsOurs;
    }
}
