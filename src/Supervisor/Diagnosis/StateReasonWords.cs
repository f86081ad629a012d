using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Texts for the reason of a worker's state, and for the activity of its processes.</summary>
internal static class StateReasonWords
{
    /// <summary>A wait has its limit, not the remaining time, so that equal waits of several workers have one text.</summary>
    public static string Of(StateReason reason) => reason switch
    {
        StateReason.Failure failure => FailureText.For(failure.Of),
        StateReason.NoRoom room => $"waits for room: {room.Limit}",
        StateReason.Done => "exit code 0",
        StateReason.WaitsForServices services => $"waits for {string.Join(", ", services.Names)}",
        StateReason.WaitsForFormerTree => "waits until the processes of an earlier generation have ended",
        StateReason.Settles settles => $"serves; becomes ready after {DurationText.Of(settles.For)} of service",
        StateReason.WaitsForPorts ports => $"waits {AtMost(ports.AtMost)} for {ports.Coverage.MissingWords}",
        StateReason.WaitsForNotification notification => $"waits {AtMost(notification.AtMost)} for READY=1",
        StateReason.WaitsForDelay delay => $"waits for its readiness delay of {DurationText.Of(delay.Delay)}",
        StateReason.WaitsForProbe { LastFailure: { } failure } probe => $"waits {AtMost(probe.AtMost)} for its probe: {failure}",
        StateReason.WaitsForProbe probe =>
            $"waits {AtMost(probe.AtMost)} for its probe, which {(probe.IsSent ? "has no answer yet" : "has not been sent yet")}",
        _ => throw new InvalidOperationException($"no such reason: {reason}"),
    };

    public static string Of(WorkerActivity activity) => activity switch
    {
        WorkerActivity.Stuck => "accepts no connections while other workers do, and gets no new ones",
        WorkerActivity.Drains drains => $"still has {Connections(drains.Connections)}",
        WorkerActivity.SecondProcess second => $"{Name(second)} {second.Pid} is {StateWords.Of(second.State)}"
                                               + (second.Connections is { } left ? $", with {Connections(left)}" : ""),
        _ => throw new InvalidOperationException($"no such activity: {activity}"),
    };

    private static string AtMost(TimeSpan limit) => $"for at most {DurationText.Of(limit)}";

    private static string Name(WorkerActivity.SecondProcess second) =>
        second.State == Model.WorkerState.Starting ? "its replacement" : "its former process";

    private static string Connections(int count) => count == 1 ? "1 connection" : $"{count} connections";
}
