using System.Globalization;
using Reuseportd.Model;
using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Fleet;
using Reuseportd.Slots;

namespace Reuseportd.Runtime.Snapshots;

/// <summary>
/// What there is to say of a worker beyond its state, the cause before the consequence:
/// <c>bind 127.0.0.1:8080 tcp: EADDRINUSE; exit code 1</c>.
/// </summary>
internal static class WorkerDetail
{
    /// <param name="newest">The process of the present generation, which may have ended; null where none came of it.</param>
    /// <param name="namesPorts">Whether to add what it bound instead; not where that is said beside it.</param>
    /// <returns>Null where there is nothing to say.</returns>
    public static string? Of(SlotState state, SlotPolicy policy, WorkerProcess? newest, bool namesPorts = true)
    {
        var reason = Reason(state, policy, newest);
        if (namesPorts && reason is not null && NamesPorts(state, policy)) reason += Elsewhere(policy, newest);
        var words = string.Join("; ", new[] { Silence(state, newest), FailedBind(state, newest), reason, LeftBehind(state, newest) }.OfType<string>());
        return words.Length == 0 ? null : words;
    }

    private static string? Silence(SlotState state, WorkerProcess? newest) =>
        state is not SlotState.Stopped && newest?.Silence is { } reason ? $"no line from the preload library: {reason}" : null;

    /// <summary>Of one that serves, what else it tried is in its binds.</summary>
    private static string? FailedBind(SlotState state, WorkerProcess? newest) =>
        state is SlotState.Starting or SlotState.Backoff or SlotState.Failed && newest?.FailedBind is { } failed
            ? $"{(failed.Kind == OutcomeKind.Listen ? "listen" : "bind")} {failed.Socket!.Endpoint}: {failed.Result}"
            : null;

    private static string? Reason(SlotState state, SlotPolicy policy, WorkerProcess? newest) => state switch
    {
        SlotState.Failed failed => failed.Reason,
        SlotState.Backoff backoff => backoff.Reason,
        SlotState.Waiting waiting => $"waits for room: {waiting.Limit}",
        // By a policy that takes code 0 for its work done.
        SlotState.Stopped when newest is { LeftBehind: > 0 } => "exit code 0",
        SlotState.Starting { IsHeld: true } => "waits for the end of what an earlier process left behind",
        SlotState.Starting { Phase: StartPhase.Running } starting => Waits(starting, policy, newest),
        SlotState.Stopping { Then: AfterStop.Retry retry } => retry.Reason,
        _ => null,
    };

    /// <summary>The limit and not what is left of it: workers that wait for the same say the same.</summary>
    private static string Waits(SlotState.Starting starting, SlotPolicy policy, WorkerProcess? newest)
    {
        var most = $"for at most {DurationText.Of(policy.Readiness.Timeout)}";
        return policy.Readiness switch
        {
            { Settle: var settle } when starting.ServesSince is not null => $"serves; ready once it has for {DurationText.Of(settle)}",
            ReadinessSpec.Bind => $"waits {most} for {starting.Coverage.MissingWords}",
            ReadinessSpec.Notify => $"waits {most} for READY=1",
            ReadinessSpec.Delay delay => $"waits for its delay of {DurationText.Of(delay.After)}",
            _ when newest?.ProbeFailure is { } failure => $"waits {most} for its probe: {failure}",
            _ => $"waits {most} for its probe, which {(newest is { IsProbed: true } ? "has not answered yet" : "was not asked yet")}",
        };
    }

    /// <summary>
    /// A program that goes into the background ends at once and well, and what serves is then taken for left over.
    /// </summary>
    private static string? LeftBehind(SlotState state, WorkerProcess? newest) =>
        state is SlotState.Failed or SlotState.Backoff or SlotState.Stopped && newest is { LeftBehind: > 0 and var left }
            ? string.Create(
                CultureInfo.InvariantCulture, $"it left {left} {(left == 1 ? "process" : "processes")} behind: does it go into the background?")
            : null;

    private static bool NamesPorts(SlotState state, SlotPolicy policy) => state switch
    {
        SlotState.Failed or SlotState.Backoff or SlotState.Stopping => true,
        SlotState.Starting { IsHeld: false } => policy.Readiness is ReadinessSpec.Bind,
        _ => false,
    };

    /// <summary>What it took instead of what it was to share: the port that was meant is often the other one.</summary>
    private static string Elsewhere(SlotPolicy policy, WorkerProcess? newest)
    {
        if (newest is null) return "";
        var coverage = newest.Binds.Select(PortCoverage.ServedPort).OfType<int>()
            .Aggregate(PortCoverage.None(policy.Ports), (served, port) => served.With(port));
        if (coverage.IsWhole) return "";
        int[] ports = [.. newest.Binds.Where(bind => bind.Succeeded && !bind.Socket!.Matched).Select(bind => bind.Socket!.Port).Distinct().Order()];
        return ports.Length == 0 ? "" : $", bound {string.Join(',', ports)}";
    }
}
