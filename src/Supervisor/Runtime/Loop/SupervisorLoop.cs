using Reuseportd.Linux.Interop;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Handover;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Snapshots;
using Serilog;

namespace Reuseportd.Runtime.Loop;

/// <summary>
/// The loop that owns the fleet. Each turn waits for a descriptor, a message or a deadline, lets the parts handle it, and begins
/// starts. No other call in the loop blocks, and no other thread touches its state. The launcher's threads carry out the starts.
/// </summary>
internal sealed class SupervisorLoop : IDescriptorOwner, IDisposable
{
    /// <summary>The number of starts in one turn. Ends and messages are handled in between.</summary>
    private const int StartsInATurn = 8;

    private readonly DescriptorTable _descriptors = new();
    private readonly Mailbox _mailbox;
    private readonly SupervisorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly long _start;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly OutputLoop _output;
    private Action<FleetCounts>? _countsChanged;
    private LoopParts? _parts;
    private FleetCounts _reported;

    public SupervisorLoop(SupervisorOptions options, Mailbox mailbox, OutputLoop output, ILogger log, TimeProvider time)
    {
        (_options, _mailbox, _output, _log, _time) = (options, mailbox, output, log, time);
        _start = options.Clock ?? time.GetTimestamp();
        _descriptors.StartAfter(options.Inheritance?.State.LastToken ?? 0);
        _descriptors.Add(mailbox.Wake, EpollEvents.Readable, _descriptors.NextToken(), this);
    }

    /// <summary>
    /// Completed when the last worker has stopped after <see cref="FleetMessage.StopAll"/>, or when the fleet was handed over.
    /// Faulted if the loop failed.
    /// </summary>
    public Task Ended => _ended.Task;

    /// <param name="countsChanged">Called on the loop's thread when the counts have changed. Must not block.</param>
    public void Start(Action<FleetCounts>? countsChanged = null)
    {
        _countsChanged = countsChanged;
        new Thread(Run) { IsBackground = true, Name = "supervisor" }.Start();
    }

    void IDescriptorOwner.Wake(ulong token) => _mailbox.Acknowledge();

    public void Dispose()
    {
        _descriptors.Dispose();
        _parts?.Dispose();
    }

    private void Run()
    {
        try
        {
            _parts = new LoopParts(_options, new LoopServices(_mailbox, _descriptors, _output, _log, _time, Now));
            if (_options.ChildSignal is { } children)
                _descriptors.Add(children, EpollEvents.Readable, _descriptors.NextToken(), _parts.Processes.Children);
            if (_options.Inheritance is { } inherited) Adopt(_parts, inherited);
            if (RunTurns(_parts))
            {
                _mailbox.Close();
                _ended.TrySetResult();
                return;
            }

            _parts.Processes.ProbeCommands.KillAll();
            _parts.Processes.Trees.Finish();
            _parts.Processes.Notifications.Dispose();
            _mailbox.Close();
            _ended.TrySetResult();
        }
#pragma warning disable CA1031 // A fault ends the daemon and the workers. The code that awaits Ended reports the exception.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _parts?.Services.PendingChanges.Cancel();
            _parts?.Services.Commands.Cancel();
            _parts?.Services.HostCommands.Cancel();
            _mailbox.Close();
            // The kernel ends the workers with the threads that started them. Else the next daemon needs what the parts hold.
            if (_options.WorkersDieWithDaemon) _parts?.Dispose();
            _ended.TrySetException(fault);
        }
    }

    private TimeSpan Now() => _time.GetElapsedTime(_start);

    private void Adopt(LoopParts parts, Inheritance inherited)
    {
        var (services, processes) = (parts.Services.Table, parts.Processes);
        if (inherited.State.Host is { } host) parts.Services.Host.Restore(SavedHost.DrainsAtOf(host));
        var restore = new FleetRestore(
            inherited, services, parts.Slots.Runner, processes.Table, _options.Groups, processes.Notifications, parts.Events,
            _log);
        var workers = restore.Run();
        if (inherited.State.Totals is { } totals) Restore(parts, totals);
        parts.Services.Snapshots.Note(new Adoption(workers, inherited.State.Workers + inherited.Lost, Now()));
        _log.Adopted(workers, inherited.State.By);
    }

    private void Restore(LoopParts parts, SavedTotals totals)
    {
        foreach (var service in totals.Services) parts.Services.Counters.Restore(service.Restore());
        _mailbox.Waits.Add(totals.LoopDelay.Restore(Histogram.Delays));
    }

    /// <summary>Runs turns until all workers have stopped, or until the fleet is handed over.</summary>
    /// <returns>True if the fleet was handed over.</returns>
    private bool RunTurns(LoopParts parts)
    {
        var events = new EventDispatch(parts, Now, _options.Failed);
        var messages = new MessageDispatch(parts, Now, obstacle => HandOver(parts, obstacle));
        Begin(parts, events);
        while (!(messages.IsStopping && parts.Services.Table.IsEmpty && parts.Processes.Starts.IsEmpty))
        {
            foreach (var ready in _descriptors.Wait(NextWait(parts)))
            {
                _descriptors.Wake(ready);
                events.Drain();
            }

            parts.Processes.Children.Reap();
            events.Drain();
            if (HandleMessages(messages, events))
            {
                AnswerClients(parts);
                return true;
            }

            foreach (var part in parts.Deadlines)
            {
                part.HandleDue(Now());
                events.Drain();
            }

            parts.Slots.Shares.Continue();
            parts.Services.Table.Update();
            events.Drain();
            BeginStarts(parts);
            events.Drain();
            parts.Services.Journal?.Flush();
            ReportCounts(parts.Slots.Counts.Fleet);
        }

        return false;
    }

    /// <summary>The parts take the restored fleet over. From then on a successor can take it from this daemon.</summary>
    private void Begin(LoopParts parts, EventDispatch events)
    {
        events.Drain();
        parts.Slots.Shares.EndRestore();
        parts.Services.Journal?.Flush();
        _options.StateKept?.Invoke();
    }

    /// <summary>The commands under way go on in the program that takes over.</summary>
    private static void AnswerClients(LoopParts parts)
    {
        parts.Services.Journal?.Flush();
        parts.Services.PendingChanges.HandOver();
        parts.Services.Commands.HandOver();
        parts.Services.HostCommands.HandOver();
    }

    /// <returns>True if the fleet was handed over.</returns>
    private bool HandleMessages(MessageDispatch messages, EventDispatch events)
    {
        // Messages that arrive meanwhile wait for the next turn: senders could keep the loop here for ever.
        for (var left = _mailbox.Count; left > 0 && _mailbox.TryTake(out var message); left--)
        {
            messages.Handle(message);
            events.Drain();
            if (messages.IsHandedOver) return true;
        }

        return false;
    }

    private HandedOver HandOver(LoopParts parts, string? obstacle) => obstacle is null
        ? new HandedOver(null, parts.Services.Capture.Services(), _descriptors.LastToken)
        {
            Totals = SavedTotals.Save(parts.Services.Snapshots.Totals()),
            Host = parts.Services.Capture.Host(),
            Fleet = parts.Services.Snapshots.Take(Now()),
        }
        : new HandedOver(obstacle, [], 0);

    private void BeginStarts(LoopParts parts)
    {
        for (var begun = 0; begun < StartsInATurn && parts.Slots.Starter.HasNext; begun++) parts.Slots.Starter.BeginNext();
        _output.ReadAdded();
        if (!parts.Slots.Starter.HasNext) parts.Processes.Files.Sweep();
        parts.Services.PendingChanges.AnswerSettled();
    }

    private TimeSpan? NextWait(LoopParts parts)
    {
        var isDue = parts.Processes.Children.IsDue || parts.Slots.Shares.IsDue || parts.Services.Table.IsUpdateDue;
        if (isDue || _mailbox.Count > 0) return TimeSpan.Zero;
        var now = Now();
        TimeSpan? soonest = null;
        foreach (var part in parts.Deadlines) soonest = Waits.Shorter(soonest, part.NextWait(now));
        return soonest;
    }

    private void ReportCounts(FleetCounts counts)
    {
        if (counts == _reported) return;
        _reported = counts;
        _countsChanged?.Invoke(counts);
    }
}
