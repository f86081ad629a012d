using Reuseportd.Binding;
using Reuseportd.Linux.Files;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Trees;
using Reuseportd.Model;
using Reuseportd.Observability.Lines;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Output;

/// <summary>
/// One output stream of one process: its pipe, its limits and its destination. Only the output loop's thread uses it.
/// </summary>
internal sealed class WorkerStream(
    Pipe pipe, ulong process, TreeRoot tree, LineSource source, LoggingSpec logging, WorkerFile? file = null)
{
    /// <summary>
    /// Outcome lines above this rate are only counted: a program may bind in a loop or imitate the library's lines. Outcomes that
    /// readiness needs are never dropped, see <see cref="IsNews"/>.
    /// </summary>
    private const int OutcomesPerSecond = 1_000;

    private PortSet _portsServed;
    private (int Pid, bool? IsOurs) _lastAsked;
    private bool _libraryHeard;

    /// <summary>Limits the worker's own lines.</summary>
    public RateLimit LineLimit = new(logging.RateLimitInterval, logging.RateLimitBurst);

    /// <summary>Limits the preload library's lines.</summary>
    public RateLimit OutcomeLimit = new(TimeSpan.FromSeconds(1), OutcomesPerSecond);

    public Pipe Pipe { get; } = pipe;

    /// <summary>Serial number of the process.</summary>
    public ulong Process { get; } = process;

    public LineSource Source { get; } = source;

    /// <summary>The destination; null for the log.</summary>
    public WorkerFile? File { get; } = file;

    /// <summary>The process's last words; null if the daemon does not keep them.</summary>
    public LastWords? LastWords { get; init; }

    /// <summary>With stderr, which can have lines of the same calls; null if the kernel reports none.</summary>
    public OutcomeSource? Outcomes { get; init; }

    public LineSplitter Splitter { get; } = new(logging.LineMax);

    /// <summary>The number in the output loop.</summary>
    public ulong Token { get; set; }

    /// <summary>Bytes that were read so far. The last ones may still be in the pipe, too.</summary>
    public long BytesRead { get; set; }

    /// <summary>Bytes that were read and taken out of the pipe.</summary>
    public long BytesTaken { get; set; }

    /// <summary>Bytes at the front of the pipe that were read.</summary>
    public int BytesLeft => (int)(BytesRead - BytesTaken);

    /// <summary>The unfinished line at the end of the bytes that were taken.</summary>
    public UnfinishedLine Line { get; set; } = UnfinishedLine.None;

    /// <summary>True if an unfinished line is kept for the next daemon.</summary>
    public bool IsKept { get; set; }

    /// <summary>Reads so far.</summary>
    public long Reads { get; set; }

    /// <summary>Reads whose bytes are taken.</summary>
    public long ReadsTaken { get; set; }

    /// <summary>Reads whose bytes are not taken yet.</summary>
    public long ReadsLeft => Reads - ReadsTaken;

    /// <summary>From as many bytes in the pipe, its worker may soon wait for room.</summary>
    public int Many { get; set; }

    /// <summary>Waits to be read once more, although epoll does not report it.</summary>
    public bool IsReadAgain { get; set; }

    /// <summary>No process holds the other end of the pipe.</summary>
    public bool HangsUp { get; set; }

    /// <summary>Not read, as its file has no room.</summary>
    public bool IsPaused { get; set; }

    /// <summary>Read to its end.</summary>
    public bool HasEnded { get; set; }

    /// <summary>The time to report dropped lines even if no further line comes; null if there is nothing to report.</summary>
    public TimeSpan? ReportDroppedAt { get; set; }

    /// <summary>
    /// Decides whether the preload library in this worker wrote the outcome. A program may log text from strangers that looks
    /// like such a line. At the start of a line, the outcome must name a process of the worker. After other text, such as a
    /// logged request, the kernel must also confirm the socket.
    /// </summary>
    public bool IsGenuine(BindOutcome outcome, bool behindWords)
    {
        if (outcome.Kind == OutcomeKind.Error) return !behindWords;
        var ours = IsOurs(outcome.Pid);
        if (behindWords)
            return ours == true && outcome is { Succeeded: true, Socket: { } socket }
                   && SocketHolders.Holds(outcome.Pid, socket.FileDescriptor, socket.Inode);
        // A child may have exited before its line is read. It then serves no port.
        return ours ?? PortCoverage.ServedPort(outcome) is null;
    }

    /// <summary>True if the fleet must hear of the outcome: the library is loaded, or the process serves one more port.</summary>
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

    /// <summary>Copies what was read of the unfinished line and is not in the pipe any more.</summary>
    public UnfinishedLine Suspend() =>
        BytesLeft == 0 ? new UnfinishedLine(Splitter.Suspend(out var continues), continues) : Line;

    /// <summary>Asks /proc only once for consecutive lines that name the same process.</summary>
    /// <returns>Null if the process no longer runs.</returns>
    private bool? IsOurs(int pid)
    {
        if (pid == tree.Pid) return true;
        if (pid != _lastAsked.Pid) _lastAsked = (pid, tree.Holds(pid));
        return _lastAsked.IsOurs;
    }
}
