using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Spawning;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.Output;
using Reuseportd.Runtime.Probing;
using Reuseportd.Runtime.Processes;
using Reuseportd.Runtime.Readiness;
using Reuseportd.Runtime.Reports;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Runtime.Steering;
using Reuseportd.Runtime.SteeringTask;
using Reuseportd.Runtime.Trees;
using Reuseportd.Runtime.Updates;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Loop;

/// <summary>
/// The one loop that owns the fleet: in each turn it waits for the end of a process, a message or a deadline, steps the
/// slots that it concerns and starts what is to be started. Nothing in it waits for anything else, and nobody else touches
/// what it owns. Starts are for the threads of the <see cref="Launcher"/>.
/// </summary>
internal sealed class SupervisorLoop : IDisposable
{
    private const ulong MailboxToken = 0;
    private const ulong ChildToken = ulong.MaxValue;

    /// <summary>Starts begun in one turn, before ends and messages are looked at again.</summary>
    private const int StartsInATurn = 8;

    /// <summary>Children of workers reaped in one turn.</summary>
    private const int AdoptedInATurn = 64;

    private readonly Epoll _epoll = new();
    private readonly Mailbox _mailbox;
    private readonly SupervisorOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly long _start;
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly OutputLoop _output;
    private Launcher? _launcher;
    private Starts _starts = null!;
    private Accounts _accounts = null!;
    private Room _room = null!;
    private WorkerTable _processes = null!;
    private LaunchPad _launchPad = null!;
    private FileTable _files = null!;
    private SlotRunner _runner = null!;
    private SilenceWatch _silence = null!;
    private SocketWatch _sockets = null!;
    private ITreeReaper _trees = null!;
    private Notifications _notifications = null!;
    private ExecProbes _probeCommands = null!;
    private ProbeWatch _probes = null!;
    private Recycler _recycler = null!;
    private UpdateRunner _updates = null!;
    private Shares _shares = null!;
    private ServiceTable _fleet = null!;
    private Commands? _commands;
    private Converging? _converging;
    private FleetCounts _told;
    private bool _stopping;

    /// <summary>Children of workers are left to be reaped.</summary>
    private bool _hasAdopted;

    /// <summary>Children of workers may be left to be reaped, behind a process that is being started.</summary>
    private bool _hasHidden;

    public SupervisorLoop(SupervisorOptions options, Mailbox mailbox, OutputLoop output, ILogger log, TimeProvider time)
    {
        (_options, _mailbox, _output, _log, _time) = (options, mailbox, output, log, time);
        _start = time.GetTimestamp();
        _epoll.Add(mailbox.Wake, EpollEvents.Readable, MailboxToken);
        if (options.ChildSignal is { } children) _epoll.Add(children, EpollEvents.Readable, ChildToken);
    }

    /// <summary>Called by the loop's thread when the counts have changed; must not block.</summary>
    public Action<FleetCounts>? CountsChanged { get; set; }

    /// <summary>
    /// Completed when the last worker has stopped after <see cref="FleetMessage.StopAll"/>; faulted where the loop died.
    /// </summary>
    public Task Ended => _ended.Task;

    public void Start() => new Thread(Run) { IsBackground = true, Name = "supervisor" }.Start();

    public void Dispose()
    {
        _epoll.Dispose();
        _launcher?.Dispose();
    }

    private void Run()
    {
        try
        {
            Assemble();
            while (!(_stopping && _fleet.IsEmpty && _starts.IsEmpty)) Turn();
            _probeCommands.KillAll();
            _trees.Finish();
            _notifications.Dispose();
            _mailbox.Close();
            _ended.TrySetResult();
        }
#pragma warning disable CA1031 // A fault in the loop ends the daemon, and with it the workers: reported where the daemon waits for its end.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _converging?.Cancel();
            _commands?.Cancel();
            _mailbox.Close();
            // The workers end with the threads that started them.
            _launcher?.Dispose();
            _ended.TrySetException(fault);
        }
    }

    /// <summary>On the loop's own thread.</summary>
    private void Assemble()
    {
        // Clients and workers may have as much to do as they like: who is to replace a dead worker is not to wait for them.
        var isRaised = Niceness.TryImprove(out var usual) == Errno.None;
        // That of the daemon, which need not be the 0 that the kernel gives them by itself.
        var niceness = isRaised && usual != 0 ? usual : (int?)null;
        _launcher = new Launcher(
            Environment.ProcessorCount, () => new Spawner(_options.DescriptorLimit, _options.Guard, niceness), isAhead: isRaised);
        _starts = new Starts(_launcher, _mailbox, _log, _options.StartTime ?? _time, _options.LongestStart);
        _accounts = new Accounts(_mailbox, _time);
        _notifications = new Notifications(_options.NotifyFolder, _epoll);
        _launchPad = new LaunchPad(_options.Environment, _options.Preload, _accounts, _notifications, _options.Groups);
        _probeCommands = new ExecProbes(_launchPad, _starts, _epoll, _options.Guard);
        _files = new FileTable(_launchPad, _output, _mailbox, _log, _time);
        _processes = new WorkerTable(_launchPad, _files, _epoll, _output, _options.Guard, _log);
        _trees = _options.Groups is { } groups
            ? new GroupReaper(IsOwn, groups, _epoll, _log, Now)
            : new TreeReaper(IsOwn, _log, Now);
        _room = new Room(new DescriptorBudget(_options.Descriptors), UsedDescriptors, _log);
        _runner = new SlotRunner(
            _processes, _files, _trees, _accounts, new StartQueue<QueuedStart>(_options.StartParallelism), _starts, _room, _log, _options.Failures, Now,
            _options.Roll);
        _trees.Ended = slot => _runner.Happen(slot, new SlotEvent.TreeEnded());
        _probes = new ProbeWatch(_probeCommands, _mailbox, _runner, _options.Steerer, _log, _time, _options.Roll);
        var replacements = new ReplacementSlots(_runner);
        _updates = new UpdateRunner(_runner, replacements, _log, _options.Failures);
        _runner.Moved = _updates.Moved;
        _runner.Cut = _updates.Cut;
        _shares = new Shares(_options.Steerer, _runner, _updates, _log, Now);
        _runner.Drain = _shares.Withdraw;
        _runner.Release = _shares.Release;
        _recycler = new Recycler(_updates, _mailbox, _log, _options.Roll);
        _sockets = new SocketWatch(_mailbox);
        _runner.Check = _sockets.Check;
        _silence = new SilenceWatch(_options.Preload, _mailbox, _sockets);
        _fleet = new ServiceTable(_runner, _updates, replacements, _log) { Forgotten = _notifications.Remove };
        replacements.Left = _fleet.Forget;
        _converging = new Converging(_fleet, _runner);
        _commands = new Commands(_fleet, _log);
        _runner.Settled = _commands.Settled;
    }

    /// <summary>Of workers, of their streams, of starts and of probes.</summary>
    private long UsedDescriptors() => _processes.Count + Math.Max(_processes.Pipes, _output.StreamCount) + _starts.Descriptors + _probeCommands.Count;

    private TimeSpan Now() => _time.GetElapsedTime(_start);

    private void Turn()
    {
        var childEnded = false;
        foreach (var (token, _) in _epoll.Wait(NextWait()))
        {
            if (token == MailboxToken) _mailbox.Acknowledge();
            else if (token == ChildToken) childEnded = true;
            else if (_processes.Find(token) is { } process) Reap(process);
            else if (_processes.ReapTraced(token)) continue;
            else if (_probeCommands.Reap(token) is { } answer) _probes.Answered(answer, Now());
            else if (GroupReaper.Knows(token)) _trees.Wake(token);
            else foreach (var notification in _notifications.Take(token)) TakeNotification(notification);
        }

        // Behind the workers, which are told from the others while they are in the table.
        if (childEnded || _hasAdopted) HearChildren();
        // Those that are there: who posts as fast as this takes has the rest wait for the next turn, and not the other way round.
        for (var left = _mailbox.Count; left > 0 && _mailbox.TryTake(out var message); left--) Take(message);
        _runner.PassDeadlines(Now());
        while (_runner.TryTakeSettled(out var service)) _fleet.Release(service);
        while (_runner.TryTakeReady(out var ready)) Follow(ready);
        _shares.Pass();
        _fleet.Update();
        _runner.PassRoom(Now());
        for (var begun = 0; begun < StartsInATurn && _runner.HasSpawns; begun++) _runner.BeginNext();
        _output.ReadAdded();
        Watch(Now());
        if (!_runner.HasSpawns) _files.Sweep();
        _trees.Pass(Now(), _runner.HasSpawns);
        _converging!.Pass();
        Tell();
    }

    private TimeSpan? NextWait()
    {
        if (_runner.HasSpawns || _runner.HasNews || _hasAdopted || _shares.IsDue || _fleet.IsUpdateDue || _mailbox.Count > 0) return TimeSpan.Zero;
        var now = Now();
        // Of those that are there; comparison with none is false.
        TimeSpan? soonest = null;
        foreach (var wait in (ReadOnlySpan<TimeSpan?>)
                 [_runner.Deadlines.NextWait(now), _silence.NextWait(now), _sockets.NextWait(now), _trees.NextWait(now), _probes.NextWait(now),
                  _probeCommands.NextWait(now), _recycler.NextWait(now), _starts.NextWait(),
                  _room.NextWait(now)])
            if (soonest is null || wait < soonest) soonest = wait;
        return soonest;
    }

    /// <summary>A start has ended, be it in a process or not.</summary>
    private void TakeLaunched(Start start)
    {
        _hasAdopted |= _hasHidden;
        _hasHidden = false;
        if (!_starts.End(start)) return;
        if (start is ProbeStart probe)
        {
            if (_probeCommands.Launched(probe) is { } answer) _probes.Answered(answer, Now());
            return;
        }

        var worker = (WorkerStart)start;
        if (_runner.Launched(worker) is not { } process)
        {
            // It was to stop while it was being made.
            _fleet.Forget(worker.Slot);
            return;
        }

        _probes.Started(process, Now());
        if (OutcomeChannel.Of(process.Slot.Spec.Process) is not null)
        {
            _sockets.Expect(process, Now());
            return;
        }

        _silence.Expect(process, Now());
        _sockets.ExpectLater(process, Now());
    }

    private void Watch(TimeSpan now)
    {
        while (_starts.Pass() is { } hopeless)
        {
            _runner.GiveUp(hopeless);
            _fleet.Forget(hopeless.Slot);
        }

        _silence.Pass(now);
        _sockets.Pass(now);
        _probes.Pass(now);
        _probeCommands.Pass(now);
        _recycler.Pass(now);
    }

    /// <summary>From here on a process is to stay well.</summary>
    private void Follow(WorkerProcess process)
    {
        // It may have ended within the turn that it became ready in.
        if (process.Slot.Process != process) return;
        _shares.Serve(process);
        _probes.Ready(process, Now());
        _recycler.Ready(process, Now());
    }

    private void TakeNotification(Notification notification)
    {
        if (!notification.IsReady || Senders.WorkerOf(notification.Pid, _processes) is not { } process) return;
        _runner.Happen(process.Slot, new SlotEvent.ReportedReady(process.Generation));
    }

    /// <summary>Whether a child was started by the daemon and not yet reaped, and so is no leftover of a worker.</summary>
    private bool IsOwn(int pid) => _processes.FindPid(pid) is not null || _probeCommands.IsOwn(pid) || _starts.IsOwn(pid) || _options.Guard?.Pid == pid;

    private void Reap(WorkerProcess process)
    {
        var slot = process.Slot;
        _runner.Reap(process);
        _probes.Ended(process);
        _recycler.Ended(process);
        _shares.Ended(process);
        _fleet.Forget(slot);
    }

    private void Take(Message message)
    {
        switch (message)
        {
            case OutputMessage.OutcomeSeen seen when _processes.Find(seen.Process) is { } process:
                TakeOutcome(process, seen.Outcome);
                break;
            case ReadinessMessage.PortsSeen seen when _processes.Find(seen.Process) is { } process:
                process.SeenWith(seen.Ports);
                foreach (var port in seen.Ports) _runner.Happen(process.Slot, new SlotEvent.Serves(process.Generation, port));
                break;
            case ReadinessMessage.PortsChecked seen when _processes.Find(seen.Process) is { } process:
                TakeCheck(process, seen.Ports);
                break;
            case SteeringMessage.Placed placed when _processes.Find(placed.Process) is { } process:
                _shares.Placed(process);
                break;
            case SteeringMessage.Drained drained when _processes.Find(drained.Process) is { } process:
                _shares.Drained(process);
                break;
            case SteeringMessage.Expected expected when _processes.Find(expected.Process) is { } process:
                _shares.Expected(process);
                break;
            case SteeringMessage.Departed departed:
                _shares.Departed(departed.Process);
                break;
            case SteeringMessage.Holds holds when _processes.Find(holds.Process) is { } process:
                process.Connections = holds.Connections;
                break;
            case SteeringMessage.Stalled stalled when _processes.Find(stalled.Process) is { } process:
                process.IsStuck = stalled.IsStuck;
                break;
            case SteeringMessage.FoundStuck stuck when _processes.Find(stuck.Process) is { } process:
                _runner.Happen(process.Slot, new SlotEvent.FoundDead(process.Generation, $"accepted nothing for {DurationText.Of(stuck.After)}"));
                break;
            case OutputMessage.StreamEnded ended:
                _silence.StreamEnded(ended.Process);
                // It ends, or it has closed its stderr: what it binds after that only the kernel tells.
                if (_processes.Find(ended.Process) is { } unheard) _sockets.Expect(unheard, Now());
                break;
            case ReadinessMessage.SilenceExplained explained:
                explained.Process.Silence = explained.Silence;
                _options.Failures.Tell(new FailureEvent.LibrarySilent(
                    explained.Process.Slot.Name, explained.Process.Handle.Pid, explained.Silence));
                break;
            case ProcessMessage.Launched launched:
                TakeLaunched(launched.Start);
                break;
            case ProcessMessage.AccountFound found:
                Accounts.Take(found);
                break;
            case ProbeMessage.ProbeAnswered answer:
                _probes.Answered(answer, Now());
                break;
            case ProcessMessage.MemorySeen seen:
                _recycler.Weighed(seen, Now());
                break;
            case FleetMessage.Converge converge:
                Converge(converge);
                break;
            case FleetMessage.Command command when !_stopping:
                _commands!.Take(command);
                break;
            case FleetMessage.Command refused:
                refused.Refuse();
                break;
            case FleetMessage.AnswerNow now:
                _commands!.Expire(now.Answer);
                _converging!.Expire(now.Answer);
                break;
            case FleetMessage.StopAll:
                _stopping = true;
                _converging!.Cancel();
                _commands!.Cancel();
                foreach (var process in _processes.Stop()) Reap(process);
                _fleet.StopAll();
                _starts.Stop();
                break;
            case OutputMessage.FileOpened opened:
                _files.Take(opened);
                break;
            case OutputMessage.FileReleased released:
                _files.Release(released.File);
                break;
            case OutputMessage.ReopenFiles reopen:
                _ = _files.ReopenAsync().ContinueWith(
                    done => done.IsCompletedSuccessfully ? reopen.Done.TrySetResult(done.Result) : reopen.Done.TrySetException(done.Exception!), TaskScheduler.Default);
                break;
            case ProcessMessage.ChildEnded:
                ReapAdopted();
                break;
            case SnapshotMessage.TakeSnapshot take:
                take.Begin?.Invoke();
                take.Done.TrySetResult(SnapshotBuilder.Of(_fleet, _runner.Counts, Now()) with { LoopDelay = _mailbox.LongestWait() });
                break;
            case Message.Ping ping:
                ping.Answer();
                break;
            // From a process that has ended meanwhile; it was not silent, though.
            case OutputMessage.OutcomeSeen late:
                _silence.Heard(late.Process, late.Outcome);
                if (_processes.FindEnded(late.Process) is { } past) Remember(past, late.Outcome);
                break;
            // Of a process that has ended meanwhile.
            case ReadinessMessage.PortsSeen or ReadinessMessage.PortsChecked or SteeringMessage.Placed or SteeringMessage.Drained or SteeringMessage.Expected or SteeringMessage.Holds or SteeringMessage.Stalled or SteeringMessage.FoundStuck:
                break;
            default:
                throw new InvalidOperationException($"no such message: {message}");
        }
    }

    private void TakeOutcome(WorkerProcess process, BindOutcome outcome)
    {
        _silence.Heard(process.Serial, outcome);
        Remember(process, outcome);
        // The outcome that readiness waits for may be among the lost lines: the kernel knows the ports.
        if (outcome.Kind == OutcomeKind.Lost) _sockets.Expect(process, Now());
        if (PortCoverage.ServedPort(outcome) is not { } port) return;
        process.Serves(outcome.Socket!.Inode, outcome.Pid, outcome.Socket.FileDescriptor);
        _runner.Happen(process.Slot, new SlotEvent.Serves(process.Generation, port));
        // One that was ready before has more sockets now.
        if (process.IsServing) _shares.Serve(process);
    }

    private void Remember(WorkerProcess process, BindOutcome outcome)
    {
        process.Remember(outcome);
        if (outcome is { Succeeded: false, Socket: not null })
            _options.Failures.Tell(new FailureEvent.BindFailed(process.Slot.Name, outcome));
    }

    private void TakeCheck(WorkerProcess process, ValueList<int>? ports)
    {
        _runner.Happen(process.Slot, new SlotEvent.Checked(process.Generation, ports));
        // It has closed a socket: the kernel tells when there is another one, whether a line does or not.
        if (process.Slot.Slot.State is SlotState.Starting { ServesSince: null }) _sockets.Expect(process, Now());
    }

    private void Converge(FleetMessage.Converge converge)
    {
        if (_stopping)
        {
            converge.Refuse();
            return;
        }

        _accounts.Forget();
        _converging!.Begin(converge.Desired, converge.Done);
    }

    private void HearChildren()
    {
        _options.ChildSignal?.Drain();
        ReapAdopted();
    }

    /// <summary>
    /// Children that are no workers: left over by one, and handed to the daemon as its subreaper; or the guard, before its time.
    /// </summary>
    private void ReapAdopted()
    {
        _hasAdopted = false;
        if (_options.Guard is { Pid: var guard and not 0 } && _options.Guard.Reap() is { } status) _log.GuardEnded(guard, status);
        for (var reaped = 0; Subreaper.NextEnded() is { } pid; reaped++)
        {
            // Others have their turn before the rest: a worker can make orphans as fast as they are reaped.
            if (reaped == AdoptedInATurn)
            {
                _hasAdopted = true;
                return;
            }

            if (_processes.FindPid(pid) is { } process) Reap(process);
            // Heard by its pidfd.
            else if (_probeCommands.IsOwn(pid)) break;
            // Ended before its start was taken note of. What has ended behind it is seen after that.
            else if (_starts.IsOwn(pid))
            {
                _hasHidden = true;
                return;
            }
            else
            {
                Subreaper.Reap(pid);
                _trees.AdoptedEnded();
            }
        }
    }

    private void Tell()
    {
        var counts = _runner.Counts;
        if (counts == _told) return;
        _told = counts;
        CountsChanged?.Invoke(counts);
    }
}
