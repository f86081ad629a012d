using System.Collections.Concurrent;
using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Sharding;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Messages;
using Serilog;

namespace Reuseportd.Runtime.Output;

/// <summary>The process that outcomes of the kernel belong to.</summary>
/// <param name="Process">Serial number.</param>
/// <param name="Pid">Pid of the worker's process.</param>
/// <param name="Device">Interface of the service's sockets; null if it has none.</param>
/// <param name="IsLogged">True if the outcomes are also for the log.</param>
internal sealed record OutcomeSource(ulong Process, WorkerName Worker, int Pid, string? Device, bool IsLogged)
{
    public OutcomeMerge Merge { get; } = new();

    public LossCount Losses { get; } = new();
}

/// <summary>
/// Takes the outcomes of the BPF programs and of answered calls to the loop and to the log. Only the output loop's thread uses
/// it. The loop calls <see cref="Add"/> and <see cref="Remove"/>.
/// </summary>
internal sealed class KernelOutcomes(ShardingPrograms? programs, Mailbox mailbox, ILogger log)
{
    /// <summary>Outcomes in one turn. Streams are read in between.</summary>
    private const int MostInATurn = 256;

    /// <summary>Outcomes of processes that the loop has not added yet. They wait for microseconds.</summary>
    private const int MostEarly = 1024;

    private readonly ConcurrentQueue<(ulong Process, OutcomeSource? Source)> _changes = new();
    private readonly Dictionary<ulong, OutcomeSource> _sources = [];
    private readonly HashSet<ulong> _fresh = [];
    private readonly List<ulong> _ended = [];

    /// <summary>Processes that had ended before the outcomes in <see cref="_read"/> were read.</summary>
    private readonly List<ulong> _over = [];
    private readonly DeadlineQueue<OutcomeSource> _waits = new();
    private readonly DeadlineQueue<OutcomeSource> _losses = new();
    private readonly Queue<Report> _early = new();
    private readonly ShardingOutcome[] _read = new ShardingOutcome[MostInATurn];

    /// <summary>Outcomes in <see cref="_read"/>.</summary>
    private int _count;
    private bool _areEarlyDue;

    private readonly ConcurrentQueue<(ulong Process, BindOutcome Outcome)> _posted = new();

    /// <summary>Readable while the programs have outcomes; null without programs.</summary>
    public Descriptor? Descriptor => programs?.Outcomes.Descriptor;

    /// <summary>True if <see cref="Handle"/> has work to do. Thread-safe.</summary>
    public bool HasChanges => !_changes.IsEmpty;

    /// <summary>Outcomes of a process without a stream of stderr are taken from now on. Thread-safe.</summary>
    public void Add(OutcomeSource source) => _changes.Enqueue((source.Process, source));

    /// <summary>The process has ended. Thread-safe.</summary>
    public void Remove(ulong process) => _changes.Enqueue((process, null));

    /// <summary>Takes the outcome of an answered call. Thread-safe. Each worker has a limit of outcomes.</summary>
    public void Post(ulong process, BindOutcome outcome) => _posted.Enqueue((process, outcome with { IsKernels = true }));

    /// <summary>True if <see cref="Handle"/> has outcomes that it took from the kernel before.</summary>
    public bool HasRead => _areEarlyDue || _count > 0;

    public TimeSpan? NextWait(TimeSpan now) =>
        HasRead ? TimeSpan.Zero : Waits.Shorter(_waits.NextWait(now), _losses.NextWait(now));

    /// <summary>Takes a line of the preload library.</summary>
    /// <returns>False if the outcome was told already.</returns>
    public bool TakeLine(ulong process, BindOutcome line) =>
        !_sources.TryGetValue(process, out var source) || source.Merge.TakeLine(line);

    /// <summary>
    /// Outcomes of a process are taken from the next turn on. To be called with the arrival of its stderr: a line that is read
    /// earlier would have no source, and the call would be told twice.
    /// </summary>
    public void Take(OutcomeSource source)
    {
        if (_sources.TryAdd(source.Process, source)) _fresh.Add(source.Process);
    }

    /// <summary>
    /// Takes the outcomes that the former call has read, and reads further ones. Must follow the reading of the streams. A
    /// process writes that it has the library before it binds, so that line is read before the outcome is taken. The exception
    /// is a stream that waits for its file, or whose pipe is full of lines that are not written.
    /// </summary>
    public void Handle(TimeSpan now)
    {
        TakeChanges();
        if (_areEarlyDue)
            for (var left = _early.Count; left > 0; left--) Take(_early.Dequeue(), now);
        foreach (var outcome in _read.AsSpan(0, _count)) Take(new Report(outcome.Worker, outcome, null), now);
        while (_posted.TryDequeue(out var posted)) Take(new Report(posted.Process, default, posted.Outcome), now);
        if (_count < MostInATurn) Forget();
        _count = programs?.Outcomes.Read(_read) ?? 0;
        _over.AddRange(_ended);
        _ended.Clear();
        _areEarlyDue = _fresh.Count > 0 && _early.Count > 0;
        _fresh.Clear();
        while (_waits.TryTake(now, out var waiting, out _))
        {
            while (waiting.Merge.TakeDue(now) is { } outcome) Tell(waiting, outcome);
            if (waiting.Merge.NextWait(now) is { } wait) _waits.Add(waiting, now + wait);
        }

        while (_losses.TryTake(now, out var losing, out _)) LogLosses(losing, losing.Losses.Take(now));
    }

    private void TakeChanges()
    {
        while (_changes.TryDequeue(out var change))
        {
            if (change.Source is null) _ended.Add(change.Process);
            else Take(change.Source);
        }
    }

    /// <summary>Tells all outcomes that were read, also those that wait for a line of the library.</summary>
    public void Flush(TimeSpan now)
    {
        Handle(now);
        Handle(now + 2 * OutcomeMerge.Patience);
    }

    /// <summary>Forgets processes that have ended, after their last outcomes.</summary>
    private void Forget()
    {
        foreach (var process in _over.Where(process => !_fresh.Contains(process)))
            if (_sources.Remove(process, out var source)) LogLosses(source, source.Losses.TakeAll());
        _over.RemoveAll(process => !_fresh.Contains(process));
    }

    private void Take(in Report report, TimeSpan now)
    {
        if (!_fresh.Contains(report.Process) && _sources.TryGetValue(report.Process, out var source)) Take(source, report, now);
        else Keep(report);
    }

    private void Keep(in Report report)
    {
        if (_early.Count == MostEarly) _early.Dequeue();
        _early.Enqueue(report);
    }

    private void Take(OutcomeSource source, in Report report, TimeSpan now)
    {
        if (report is { Answered: null, Seen.Kind: ShardingKind.Idle })
        {
            mailbox.Post(new OutputMessage.Idle(source.Process));
            return;
        }

        var outcome = report.Answered ?? report.Seen.ToOutcome(source.Device) with { IsKernels = true };
        if (report.Answered is null) Count(source, report.Seen, now);
        if (report is { Answered: null, Seen.Kind: ShardingKind.Lost })
        {
            mailbox.Post(new OutputMessage.OutcomeSeen(source.Process, outcome));
            return;
        }

        // A lost outcome may have been of a port that readiness needs.
        if (report is { Answered: null, Seen.Lost: > 0 })
        {
            var lost = new BindOutcome(OutcomeKind.Lost, source.Pid, null, "", "") { IsKernels = true };
            mailbox.Post(new OutputMessage.OutcomeSeen(source.Process, lost));
        }

        // The daemon listens again on the socket of a stalled worker. As a new socket, it would get connections again.
        if (report.Answered is null && outcome.Pid == Environment.ProcessId) return;
        if (outcome.Pid == 0) outcome = outcome with { Pid = source.Pid };
        var wait = source.Merge.NextWait(now);
        if (source.Merge.TakeKernel(outcome, now)) Tell(source, outcome);
        else if (wait is null) _waits.Add(source, now + OutcomeMerge.Patience);
    }

    private void Count(OutcomeSource source, in ShardingOutcome seen, TimeSpan now)
    {
        var wasDue = source.Losses.Due is not null;
        if (seen.Kind == ShardingKind.Lost) source.Losses.AddFirst();
        else source.Losses.Add((long)seen.Lost);
        if (!wasDue && source.Losses.Due is { } due) _losses.Add(source, due < now ? now : due);
    }

    private void LogLosses(OutcomeSource source, long count)
    {
        if (count == 0 || !source.IsLogged) return;
        var lost = new BindOutcome(OutcomeKind.Lost, source.Pid, null, "", "") { LostLines = count, IsKernels = true };
        log.Outcome(source.Worker, source.Pid, lost);
    }

    /// <summary>The loop is told first: readiness must not wait for the log.</summary>
    private void Tell(OutcomeSource source, BindOutcome outcome)
    {
        mailbox.Post(new OutputMessage.OutcomeSeen(source.Process, outcome));
        if (source.IsLogged || outcome.Kind is OutcomeKind.Error) log.Outcome(source.Worker, source.Pid, outcome);
    }

    /// <param name="Seen">An outcome of the BPF programs.</param>
    /// <param name="Answered">The outcome of an answered call; null for one of the programs.</param>
    private readonly record struct Report(ulong Process, ShardingOutcome Seen, BindOutcome? Answered);
}
