using Reuseportd.Linux.Interop;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Snapshots;
using Serilog;

namespace Reuseportd.Runtime.Loop;

/// <summary>
/// The one loop that owns the fleet. In each turn it waits for a descriptor, a message or a deadline, tells the parts that it
/// concerns, and begins what is to be started. Nothing in it waits for anything else, and nobody else touches what it owns. Threads of
/// the launcher carry out the starts.
/// </summary>
internal sealed class SupervisorLoop : IDescriptorOwner, IDisposable
{
    /// <summary>Starts begun in one turn, before ends and messages are looked at again.</summary>
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
    private FleetCounts _told;

    public SupervisorLoop(SupervisorOptions options, Mailbox mailbox, OutputLoop output, ILogger log, TimeProvider time)
    {
        (_options, _mailbox, _output, _log, _time) = (options, mailbox, output, log, time);
        _start = time.GetTimestamp();
        _descriptors.Add(mailbox.Wake, EpollEvents.Readable, _descriptors.NextToken(), this);
    }

    /// <summary>
    /// Completed when the last worker has stopped after <see cref="FleetMessage.StopAll"/>; faulted if the loop died.
    /// </summary>
    public Task Ended => _ended.Task;

    /// <param name="countsChanged">Called on the loop's thread when the counts have changed; must not block.</param>
    public void Start(Action<FleetCounts>? countsChanged = null)
    {
        _countsChanged = countsChanged;
        new Thread(Run) { IsBackground = true, Name = "supervisor" }.Start();
    }

    /// <summary>The mailbox has messages.</summary>
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
            _parts = new LoopParts(_options, _mailbox, _descriptors, _output, _log, _time, Now);
            if (_options.ChildSignal is { } children)
                _descriptors.Add(children, EpollEvents.Readable, _descriptors.NextToken(), _parts.Children);
            Turn(_parts);
            _parts.Commands.KillAll();
            _parts.Trees.Finish();
            _parts.Notifications.Dispose();
            _mailbox.Close();
            _ended.TrySetResult();
        }
#pragma warning disable CA1031 // A fault in the loop ends the daemon, and with it the workers: reported where the daemon waits for its end.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _parts?.Converging.Cancel();
            _parts?.Asked.Cancel();
            _mailbox.Close();
            // The workers end with the threads that started them.
            _parts?.Dispose();
            _ended.TrySetException(fault);
        }
    }

    private TimeSpan Now() => _time.GetElapsedTime(_start);

    /// <summary>Turns until all workers have stopped.</summary>
    private void Turn(LoopParts parts)
    {
        var events = new EventDispatch(parts, Now);
        var messages = new MessageDispatch(parts, _mailbox, Now);
        while (!(messages.IsStopping && parts.Services.IsEmpty && parts.Starts.IsEmpty))
        {
            foreach (var ready in _descriptors.Wait(NextWait(parts)))
            {
                _descriptors.Wake(ready);
                events.Drain();
            }

            parts.Children.Reap();
            events.Drain();
            // Messages that come meanwhile are for the next turn: a sender can post as fast as they are taken.
            for (var left = _mailbox.Count; left > 0 && _mailbox.TryTake(out var message); left--)
            {
                messages.Take(message);
                events.Drain();
            }

            foreach (var part in parts.Deadlines)
            {
                part.Pass(Now());
                events.Drain();
            }

            parts.Shares.Pass();
            parts.Services.Update();
            events.Drain();
            Begin(parts);
            events.Drain();
            Tell(parts.Counts.Fleet);
        }
    }

    private void Begin(LoopParts parts)
    {
        for (var begun = 0; begun < StartsInATurn && parts.Starter.HasNext; begun++) parts.Starter.BeginNext();
        _output.ReadAdded();
        if (!parts.Starter.HasNext) parts.Files.Sweep();
        parts.Converging.Pass();
    }

    private TimeSpan? NextWait(LoopParts parts)
    {
        if (parts.Children.IsDue || parts.Shares.IsDue || parts.Services.IsUpdateDue || _mailbox.Count > 0) return TimeSpan.Zero;
        var now = Now();
        TimeSpan? soonest = null;
        foreach (var part in parts.Deadlines)
            // A comparison with null is false.
            if (part.NextWait(now) is { } wait && !(soonest <= wait)) soonest = wait;
        return soonest;
    }

    private void Tell(FleetCounts counts)
    {
        if (counts == _told) return;
        _told = counts;
        _countsChanged?.Invoke(counts);
    }
}
