using System.Globalization;
using Reuseportd.Slots;

namespace Reuseportd.Observability.Text;

/// <summary>The failure of a slot in words, for the log and for users.</summary>
internal static class FailureText
{
    public static string For(SlotFailure failure) => failure switch
    {
        SlotFailure.Ended ended => ended.Status.ToString(),
        SlotFailure.EndedForGood ended => $"{ended.Status}, and restart policy is 'no'",
        SlotFailure.NotStarted start => start.Error?.ToString() ?? "",
        SlotFailure.NoRoom none => $"no room: {none.Limit}",
        SlotFailure.NotReady late => $"not ready in time: {For(late.Missing)}",
        SlotFailure.NoAnswer dead => $"no longer answers: {dead.Failure}",
        SlotFailure.AcceptsNothing stuck => $"accepted nothing for {DurationText.Of(stuck.For)}",
        SlotFailure.GaveUp gone => string.Create(
            CultureInfo.InvariantCulture,
            $"more than {gone.Restarts} restarts within {DurationText.Of(gone.Window)}; the last failure: {For(gone.Last)}"),
        _ => throw new InvalidOperationException($"no such failure: {failure}"),
    };

    private static string For(MissingReadiness missing) => missing switch
    {
        MissingReadiness.SettleTime served => string.Create(
            CultureInfo.InvariantCulture, $"served, but not yet for {served.Settle.TotalSeconds:0.###} s"),
        MissingReadiness.Notification => "no READY=1 came",
        MissingReadiness.Probe probe => probe.Failure ?? "no probe was answered",
        MissingReadiness.Ports { Coverage.Filter.IsAny: true } => "no port served",
        MissingReadiness.Ports ports => $"{ports.Coverage.MissingWords} missing",
        _ => throw new InvalidOperationException($"no such condition: {missing}"),
    };
}
