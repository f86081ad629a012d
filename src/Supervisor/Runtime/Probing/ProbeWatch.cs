using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.SteeringTask;
using Reuseportd.Runtime.Supervision;
using Reuseportd.Slots;
using Serilog;

namespace Reuseportd.Runtime.Probing;

/// <summary>
/// Schedules readiness probes of starting workers and liveness probes of ready workers. Only the loop's thread uses it. Other
/// threads wait for the answers.
/// </summary>
/// <param name="jitter">Random numbers, evenly spread in [0, 1), that spread the probes of many workers over the period.</param>
/// <param name="steerer">Null without steering.</param>
internal sealed class ProbeWatch(
    ExecProbes commands,
    Mailbox mailbox,
    SlotRunner runner,
    Steerer? steerer,
    ILogger log,
    TimeProvider time,
    Func<double> jitter)
    : IDeadlineOwner, IProcessFollower
{
    /// <summary>The timeout of a single readiness probe. The readiness timeout bounds the whole start.</summary>
    private static readonly TimeSpan ReadinessTimeout = TimeSpan.FromSeconds(5);

    private readonly Dictionary<ulong, Watched> _watched = [];
    private readonly DeadlineQueue<(ulong Process, ulong Round)> _due = new();
    private ulong _lastRound;
    private TimeSpan _pausedUntil;

    /// <summary>Begins no program of a probe until this time.</summary>
    public void Pause(TimeSpan until) => _pausedUntil = until;

    public void Started(WorkerProcess process, TimeSpan now)
    {
        if (process.Slot.Policy.Readiness is ReadinessSpec.Probed probed)
            Watch(process, ProbeKind.Readiness, now + probed.Period);
    }

    public void Ready(WorkerProcess process, TimeSpan now)
    {
        if (process.Slot.Spec.Liveness is not { } liveness) _watched.Remove(process.Serial);
        else Watch(process, ProbeKind.Liveness, now + liveness.InitialDelay + liveness.Period * jitter());
    }

    public void Ended(WorkerProcess process) => _watched.Remove(process.Serial);

    /// <summary>True if a probe of the process was begun, answered or not.</summary>
    public bool IsAsked(WorkerProcess process) =>
        _watched.TryGetValue(process.Serial, out var watched) && watched.IsAsked;

    public TimeSpan? NextWait(TimeSpan now) => _due.NextWait(now);

    public void HandleDue(TimeSpan now)
    {
        while (_due.TryTake(now, out var due, out _))
            if (_watched.TryGetValue(due.Process, out var watched) && watched.Round == due.Round) Ask(watched, now);
    }

    /// <summary>Handles the result of a probe.</summary>
    public void Answered(ProbeMessage.ProbeAnswered answer, TimeSpan now)
    {
        // The process has ended, or another kind of probe has replaced this one.
        if (!_watched.TryGetValue(answer.Process, out var watched) || watched.Kind != answer.Kind) return;
        if (answer.Failure is not null) log.ProbeFailed(watched.Process.Slot.Name, watched.Process.Handle.Pid, answer.Failure);
        if (answer.Kind == ProbeKind.Readiness) JudgeReadiness(watched, answer.Failure, now);
        else JudgeLiveness(watched, answer.Failure, now);
    }

    private void JudgeReadiness(Watched watched, string? failure, TimeSpan now)
    {
        var process = watched.Process;
        // Before the event: a worker that becomes ready may begin its liveness probes.
        _watched.Remove(process.Serial);
        var generation = process.Generation;
        runner.Apply(
            process.Slot,
            failure is null ? new SlotEvent.ReportedReady(generation) : new SlotEvent.ProbeFailed(generation, failure));
        if (!process.IsStarting || process.Slot.Slot.State is not SlotState.Starting { IsHeld: false } starting) return;
        if (process.Slot.Policy.Readiness is not ReadinessSpec.Probed probed) return;
        _watched[process.Serial] = watched;
        var next = now + probed.Period;
        // The last readiness probe comes at the end of the settle time.
        Schedule(watched, starting.SettledAt(probed) is { } settled && settled < next ? settled : next);
    }

    private void JudgeLiveness(Watched watched, string? failure, TimeSpan now)
    {
        var process = watched.Process;
        if (process.Slot.Spec.Liveness is not { } liveness || process.Slot.Slot.State is not SlotState.Ready)
        {
            _watched.Remove(process.Serial);
            return;
        }

        watched.Failures = failure is null ? 0 : watched.Failures + 1;
        if (watched.Failures < liveness.FailureThreshold)
        {
            Schedule(watched, watched.Asked + liveness.Period > now ? watched.Asked + liveness.Period : now);
            return;
        }

        _watched.Remove(process.Serial);
        log.Unresponsive(process.Slot.Name, process.Handle.Pid, watched.Failures, failure!);
        runner.Apply(process.Slot, new SlotEvent.FoundDead(process.Generation, new SlotFailure.NoAnswer(failure!)));
    }

    private void Watch(WorkerProcess process, ProbeKind kind, TimeSpan due)
    {
        var watched = new Watched(process, kind);
        _watched[process.Serial] = watched;
        Schedule(watched, due);
    }

    private void Schedule(Watched watched, TimeSpan due)
    {
        watched.Round = ++_lastRound;
        _due.Add((watched.Process.Serial, watched.Round), due);
    }

    private void Ask(Watched watched, TimeSpan now)
    {
        var process = watched.Process;
        var service = process.Slot.Spec;
        var (probe, timeout) = watched.Kind == ProbeKind.Readiness
            ? ((service.Readiness as ReadinessSpec.Probed)?.Probe, ReadinessTimeout)
            : (service.Liveness?.Probe, service.Liveness?.Timeout ?? ReadinessTimeout);
        if (probe is ProbeSpec.Exec && now < _pausedUntil)
        {
            Schedule(watched, _pausedUntil);
            return;
        }

        watched.Asked = now;
        watched.IsAsked = true;
        switch (probe)
        {
            // The configuration has changed since the probe was scheduled.
            case null:
                _watched.Remove(process.Serial);
                break;
            case ProbeSpec.Exec exec:
                commands.Begin(process, exec.Command, watched.Kind, timeout, now);
                break;
            default:
                AskOverNetwork(probe, TargetOf(probe, service, process), watched, timeout);
                break;
        }
    }

    private void AskOverNetwork(ProbeSpec probe, ProbeTarget target, Watched watched, TimeSpan timeout)
    {
        var (serial, kind) = (watched.Process.Serial, watched.Kind);
        Task.Run(async () =>
        {
            string? failure;
            try
            {
                failure = await NetworkProbe.AskAsync(probe, target, timeout, time);
            }
#pragma warning disable CA1031 // Without an answer, after any exception, the worker would get no further probe.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                failure = fault.Message;
            }

            mailbox.Post(new ProbeMessage.ProbeAnswered(serial, kind, failure));
        });
    }

    private ProbeTarget TargetOf(ProbeSpec probe, ServiceSpec service, WorkerProcess process)
    {
        var port = probe switch
        {
            ProbeSpec.Tcp tcp => tcp.Port,
            ProbeSpec.Http http => http.Port,
            ProbeSpec.Dns dns => dns.Port,
            _ => throw new InvalidOperationException($"no such probe over the network: {probe}"),
        };
        var target = ProbeTarget.For(service, process.Slot.Name, port, process.Binds, process.Handle.Pid);
        return target.Sharers > 1 && steerer is not null && Placement.From(process) is { } placement
            ? target with { Visit = client => steerer.VisitAsync(placement, target.Port, client) }
            : target;
    }

    /// <summary>A process with scheduled probes.</summary>
    private sealed class Watched(WorkerProcess process, ProbeKind kind)
    {
        public WorkerProcess Process { get; } = process;

        public ProbeKind Kind { get; } = kind;

        /// <summary>The number of the next probe. Entries in the queue with another number are outdated.</summary>
        public ulong Round { get; set; }

        /// <summary>True if a probe was begun, answered or not.</summary>
        public bool IsAsked { get; set; }

        /// <summary>The time of the last probe.</summary>
        public TimeSpan Asked { get; set; }

        /// <summary>Consecutive failures.</summary>
        public int Failures { get; set; }
    }
}
