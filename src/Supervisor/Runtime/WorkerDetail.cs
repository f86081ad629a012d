using Reuseportd.Model;
using Reuseportd.Slots;

namespace Reuseportd.Runtime;

/// <summary>
/// What there is to say of a worker beyond its state, the cause before the consequence:
/// <c>bind 127.0.0.1:8080 tcp: EADDRINUSE; exit code 1</c>.
/// </summary>
internal static class WorkerDetail
{
    /// <param name="newest">The process of the present generation, which may have ended; null where none came of it.</param>
    /// <returns>Null where there is nothing to say.</returns>
    public static string? Of(SlotState state, SlotPolicy policy, WorkerProcess? newest)
    {
        var words = string.Join("; ", new[] { Silence(state, newest), FailedBind(state, newest), Reason(state, policy, newest) }.OfType<string>());
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
        SlotState.Failed failed => failed.Reason + Elsewhere(policy, newest),
        SlotState.Backoff backoff => backoff.Reason + Elsewhere(policy, newest),
        SlotState.Starting { IsHeld: true } => "waits for the end of what an earlier process left behind",
        SlotState.Starting { Running: true } starting => $"waits for {Missing(starting, policy, newest)}",
        SlotState.Stopping { Then: AfterStop.Retry retry } => retry.Reason + Elsewhere(policy, newest),
        _ => null,
    };

    private static string Missing(SlotState.Starting starting, SlotPolicy policy, WorkerProcess? newest) => policy.Readiness switch
    {
        ReadinessSpec.Bind => starting.Coverage.MissingWords + Elsewhere(policy, newest),
        ReadinessSpec.Notify => "READY=1",
        ReadinessSpec.Delay => "its delay",
        _ => $"its probe: {newest?.ProbeFailure ?? "not asked yet"}",
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
