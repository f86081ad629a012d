using Reuseportd.Linux.Files;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Formats;
using Reuseportd.Observability.Text;
using Serilog.Core;

namespace Reuseportd.Hosting;

/// <summary>The daemon's log: its form, its destination, the queue between, and its two inputs.</summary>
internal sealed class LogOutput : IDisposable
{
    private static readonly TimeSpan FlushWithin = TimeSpan.FromSeconds(5);

    private readonly LogQueue _queue;
    private readonly JournalSocket? _journal;

    private LogOutput(LogForm form, LoggingLevelSwitch level, EventRing events, TimeProvider time)
    {
        const int stdout = 1;
        var colour = Colour.IsWanted(
            Terminal.Is(stdout), Environment.GetEnvironmentVariable("NO_COLOR"), Environment.GetEnvironmentVariable("TERM"));
        _journal = form == LogForm.Journal ? new JournalSocket() : null;
        ILogDestination destination = _journal is not null
            ? new JournalDestination(new JournalTransport(_journal))
            : new StreamDestination(new DescriptorTransport(stdout));
        _queue = new LogQueue(destination, time);
        Logger = DaemonLog.Create(form, _queue, level, colour, events);
        Lines = new WorkerLog(_queue, DaemonLog.Lines(form, colour), time);
        _queue.Start(Logger.LogLost);
    }

    /// <summary>Input for events of the daemon.</summary>
    public Logger Logger { get; }

    /// <summary>Input for lines of workers.</summary>
    public WorkerLog Lines { get; }

    /// <param name="events">Gets all events, too.</param>
    /// <param name="obstacle">The reason why no log exists, or not in the journal; null for a log as configured.</param>
    public static LogOutput? TryOpen(
        DaemonArguments arguments, DaemonSpec spec, EventRing events, TimeProvider time, out string? obstacle)
    {
        const int stdout = 1, stderr = 2;
        var asked = arguments.Log ?? spec.Log ?? LogForm.Auto;
        var threshold = arguments.LogLevel ?? spec.LogLevel ?? LogThreshold.Information;
        var form = LogForms.Resolve(
            asked, Terminal.IsJournal(stderr, Environment.GetEnvironmentVariable("JOURNAL_STREAM")), Terminal.Is(stdout));
        obstacle = null;
        if (form == LogForm.Journal && LocalSocket.ProbeDatagrams(JournalSocket.DefaultPath) is var errno && errno != Errno.None)
        {
            // A container may have no journal. If the user asked for it by name, the daemon does not start without it.
            // If the daemon chose the journal itself, the log goes to stdout.
            obstacle = $"there is no journal to log to: {JournalSocket.DefaultPath}: {errno}";
            if (asked == LogForm.Journal) return null;
            form = LogForm.Json;
        }

        return new LogOutput(form, new LoggingLevelSwitch(DaemonLog.Level(threshold)), events, time);
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
        public int SendDatagrams(LogBatch batch, out Errno error) =>
            socket.SendDatagrams(batch.All, batch.From, batch.Ends, out error);

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
