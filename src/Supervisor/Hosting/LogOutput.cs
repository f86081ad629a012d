using Reuseportd.Linux.Files;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Formats;
using Reuseportd.Observability.Text;
using Serilog.Core;

namespace Reuseportd.Hosting;

/// <summary>The daemon's log, put together: its form, its destination, the queue between, and both ways into it.</summary>
internal sealed class LogOutput : IDisposable
{
    private static readonly TimeSpan FlushWithin = TimeSpan.FromSeconds(5);

    private readonly LogQueue _queue;
    private readonly JournalSocket? _journal;

    private LogOutput(LogForm form, LoggingLevelSwitch level, TimeProvider time)
    {
        const int stdout = 1;
        var colour = Colour.IsWanted(
            Terminal.Is(stdout), Environment.GetEnvironmentVariable("NO_COLOR"), Environment.GetEnvironmentVariable("TERM"));
        _journal = form == LogForm.Journal ? new JournalSocket() : null;
        ILogDestination destination = _journal is not null
            ? new JournalDestination(new JournalTransport(_journal))
            : new StreamDestination(new DescriptorTransport(stdout));
        _queue = new LogQueue(destination, time);
        Logger = DaemonLog.Create(form, _queue, level, colour, Events);
        Lines = new WorkerLog(_queue, DaemonLog.Lines(form, colour), time);
        _queue.Start(Logger.LogLost);
    }

    /// <summary>The newest of the daemon's own events.</summary>
    public EventRing Events { get; } = new(EventRing.DefaultSize);

    /// <summary>For the daemon's own events.</summary>
    public Logger Logger { get; }

    /// <summary>For the lines of workers.</summary>
    public WorkerLog Lines { get; }

    /// <param name="obstacle">Why there is no log; or where there is one, what it had to do without, null for nothing.</param>
    public static LogOutput? TryOpen(DaemonArguments arguments, DaemonSpec spec, TimeProvider time, out string? obstacle)
    {
        const int stdout = 1, stderr = 2;
        var asked = arguments.Log ?? spec.Log ?? LogForm.Auto;
        var threshold = arguments.LogLevel ?? spec.LogLevel ?? LogThreshold.Information;
        var form = LogForms.Resolve(
            asked, Terminal.IsJournal(stderr, Environment.GetEnvironmentVariable("JOURNAL_STREAM")), Terminal.Is(stdout));
        obstacle = null;
        if (form == LogForm.Journal && LocalSocket.ProbeDatagrams(JournalSocket.DefaultPath) is var errno && errno != Errno.None)
        {
            // Whoever asked for the journal by name, in a container without one, learns so now, not from lines that never come.
            // Nobody asked where the daemon itself chose it: the log goes where it would without a journal.
            obstacle = $"there is no journal to log to: {JournalSocket.DefaultPath}: {errno}";
            if (asked == LogForm.Journal) return null;
            form = LogForm.Json;
        }

        return new LogOutput(form, new LoggingLevelSwitch(DaemonLog.Level(threshold)), time);
    }

    public void Dispose()
    {
        Logger.Dispose();
        _queue.Stop(FlushWithin);
        _queue.Dispose();
        _journal?.Dispose();
    }

    private sealed class JournalTransport(JournalSocket socket) : IJournalTransport
    {
        public int SendDatagrams(LogBatch batch, out Errno error) => socket.SendDatagrams(batch.All, batch.From, batch.Ends, out error);

        public Errno SendSealed(ReadOnlySpan<byte> record) => socket.SendSealed(record);
    }

    private sealed class DescriptorTransport(int descriptor) : IStreamTransport
    {
        public int Write(ReadOnlySpan<byte> bytes, out Errno error)
        {
            error = OutputFile.WriteSome(descriptor, bytes, out var count);
            return count;
        }
    }
}
