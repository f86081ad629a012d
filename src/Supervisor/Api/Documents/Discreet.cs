using System.Collections.Frozen;
using Reuseportd.Api.Contract;
using Reuseportd.Model;
using Reuseportd.Observability.Events;
using Reuseportd.Runtime.Snapshots;
using Reuseportd.Slots;

namespace Reuseportd.Api.Documents;

/// <summary>
/// Removes what a client without rights must not see: values of the configuration, command lines, and output of workers. Pure.
/// </summary>
internal static class Discreet
{
    /// <summary>Events whose text has no such value.</summary>
    private static readonly FrozenSet<string> Plain = new[]
    {
        EventKind.Started, EventKind.Stopping, EventKind.Stopped, EventKind.Adopted, EventKind.Spawn, EventKind.Bind,
        EventKind.Listen, EventKind.Ready, EventKind.Exit, EventKind.Drain, EventKind.Drained, EventKind.Update, EventKind.Stop,
        EventKind.Kill, EventKind.Stalled, EventKind.Awake, EventKind.Reload, EventKind.Keeps,
        EventKind.Steering, EventKind.HostDrain, EventKind.HostDrained, EventKind.HostUndrain,
    }.Select(kind => kind.Name).Append("hello").Append("lost").ToFrozenSet();

    public static EventDocument Of(EventDocument happened) => happened with
    {
        Message = Plain.Contains(happened.Event) ? happened.Message : happened.Event, Fields = null,
    };

    public static WorkerSnapshot Of(WorkerSnapshot worker) => worker with
    {
        Reason = Of(worker.Reason),
        LastWords = null,
        Silence = null,
        Attempt = worker.Attempt is { } attempt ? attempt with { Process = Of(attempt.Process) } : null,
        NotReplaced = worker.NotReplaced is UpdateObstacle.UpdateStopped stopped
            ? stopped with { Cause = Of(stopped.Cause) }
            : worker.NotReplaced,
    };

    public static UpdateStop Of(UpdateStop stop) =>
        stop is UpdateStop.ReplacementFailed failed ? failed with { Process = Of(failed.Process) } : stop;

    public static ServiceSnapshot Of(ServiceSnapshot service) => service.Update is { Failure: { } failure } update
        ? service with { Update = update with { Failure = Of(failure) } }
        : service;

    private static StateReason? Of(StateReason? reason) => reason switch
    {
        StateReason.Failure failure => new StateReason.Failure(Of(failure.Of)),
        StateReason.WaitsForProbe probe => probe with { LastFailure = null },
        _ => reason,
    };

    private static SlotFailure Of(SlotFailure failure) => failure switch
    {
        SlotFailure.NotStarted { Error: { } error } => new SlotFailure.NotStarted(new SpawnError(error.Step, "", error.Errno)),
        SlotFailure.NoAnswer => new SlotFailure.NoAnswer("it does not answer"),
        SlotFailure.NotReady { Missing: MissingReadiness.Probe } => new SlotFailure.NotReady(new MissingReadiness.Probe(null)),
        SlotFailure.GaveUp gaveUp => gaveUp with { Last = Of(gaveUp.Last) },
        _ => failure,
    };
}
