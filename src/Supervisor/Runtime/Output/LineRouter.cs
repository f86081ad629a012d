using Reuseportd.Binding;
using Reuseportd.Model;
using Reuseportd.Observability.Destinations;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Lines;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.Output;

/// <summary>
/// Routes the bytes of streams: outcome lines of the preload library to the loop, all other lines to the log or to a file. Lines
/// above a stream's limits are dropped and counted. Only the output loop's thread uses it.
/// </summary>
/// <param name="kernel">The outcomes of the kernel; null if it reports none.</param>
internal sealed class LineRouter(Mailbox mailbox, WorkerLog lines, ILogger log, KernelOutcomes? kernel = null)
{
    private readonly DeadlineQueue<WorkerStream> _reports = new();
    private readonly RecordBuffer _line = new();

    public void Route(WorkerStream stream, ReadOnlySpan<byte> chunk, TimeSpan now)
    {
        if (stream.File is { } file) TakeForFile(stream, file, chunk, now);
        else TakeLines(stream, chunk, now);
    }

    /// <summary>Routes the rest of a stream that has ended, and reports its dropped lines.</summary>
    public void Finish(WorkerStream stream, TimeSpan now)
    {
        foreach (var line in stream.Splitter.Finish()) Route(stream, line, now);
        ReportDropped(stream, stream.LineLimit.CollectAll() + stream.OutcomeLimit.CollectAll());
    }

    /// <summary>Hands the lines of this turn over to the log.</summary>
    public void HandOver() => lines.HandOver();

    /// <summary>Time to the next report of dropped lines; null if none is due.</summary>
    public TimeSpan? NextWait(TimeSpan now) => _reports.NextWait(now);

    /// <summary>Reports dropped lines of streams that have written no further line.</summary>
    public void HandleDue(TimeSpan now)
    {
        while (_reports.TryTake(now, out var stream, out _))
        {
            stream.ReportDroppedAt = null;
            ReportDropped(stream, stream.LineLimit.Collect(now) + stream.OutcomeLimit.Collect(now));
            ScheduleReport(stream, stream.LineLimit.Due ?? stream.OutcomeLimit.Due);
        }
    }

    /// <summary>
    /// Appends whole lines in one piece. Only chunks that may hold a line of the preload library are taken line by line.
    /// </summary>
    private void TakeForFile(WorkerStream stream, WorkerFile file, ReadOnlySpan<byte> chunk, TimeSpan now)
    {
        if (stream.Splitter.IsInLine)
        {
            var end = chunk.IndexOf((byte)'\n') + 1;
            var begun = end == 0 ? chunk : chunk[..end];
            TakeLines(stream, begun, now);
            chunk = chunk[begun.Length..];
        }

        var whole = chunk[..(chunk.LastIndexOf((byte)'\n') + 1)];
        if (stream.Source.Stream == OutputStream.Stderr && OutcomeParser.MayBeIn(whole)) TakeLines(stream, whole, now);
        else file.Append(stream, whole);
        TakeLines(stream, chunk[whole.Length..], now);
    }

    private void TakeLines(WorkerStream stream, ReadOnlySpan<byte> chunk, TimeSpan now)
    {
        foreach (var line in stream.Splitter.Split(chunk)) Route(stream, line, now);
    }

    private void Route(WorkerStream stream, Line line, TimeSpan now)
    {
        if (!line.Continues && !line.Cut && stream.Source.Stream == OutputStream.Stderr
            && OutcomeParser.TryFind(line.Bytes, out var own, out var outcome) && stream.IsGenuine(outcome, behindWords: own > 0))
        {
            if (own > 0) TakeLine(stream, new Line(line.Bytes[..own]), now);
            TakeOutcome(stream, outcome, now);
        }
        else TakeLine(stream, line, now);
    }

    private void TakeLine(WorkerStream stream, Line line, TimeSpan now)
    {
        if (stream.File is { } file)
        {
            Append(stream, file, line);
            return;
        }

        if (stream.LineLimit.Admit(now, out var dropped))
        {
            ReportDropped(stream, dropped);
            lines.Append(stream.Source, line);
        }
        else ScheduleReport(stream, stream.LineLimit.Due);
    }

    /// <summary>Appends the bytes as the worker wrote them. A line that was cut has no newline.</summary>
    private void Append(WorkerStream stream, WorkerFile file, Line line)
    {
        _line.Clear();
        _line.Write(line.Bytes);
        if (line.Ended) _line.Write((byte)'\n');
        file.Append(stream, _line.Bytes, line.Continues);
    }

    private void TakeOutcome(WorkerStream stream, BindOutcome outcome, TimeSpan now)
    {
        if (kernel?.TakeLine(stream.Process, outcome) == false) return;
        var admitted = stream.OutcomeLimit.Admit(now, out var dropped);
        ReportDropped(stream, dropped);
        if (!admitted) ScheduleReport(stream, stream.OutcomeLimit.Due);
        var news = stream.IsNews(outcome);
        if (!admitted && !news) return;

        // Before the log, which may block this thread: readiness must not wait for the log.
        mailbox.Post(new OutputMessage.OutcomeSeen(stream.Process, outcome));
        lines.HandOver();
        log.Outcome(stream.Source.Worker, stream.Source.Pid, outcome);
    }

    private void ScheduleReport(WorkerStream stream, TimeSpan? due)
    {
        if (due is not { } at || stream.ReportDroppedAt is not null) return;
        stream.ReportDroppedAt = at;
        _reports.Add(stream, at);
    }

    private void ReportDropped(WorkerStream stream, long count)
    {
        if (count == 0) return;
        lines.HandOver();
        lines.Lost.Add(LineLoss.RateLimit, count);
        log.Dropped(stream.Source.Worker, stream.Source.Pid, stream.Source.Stream, count);
    }
}
