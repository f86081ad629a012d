using Reuseportd.Observability.Text;
using Reuseportd.Runtime.Snapshots;

namespace Reuseportd.Diagnosis;

/// <summary>Why a worker is in its state, and what its processes do.</summary>
internal static class StateReasonWords
{
    /// <summary>The limit, not the time that is left: all workers that wait for the same say the same.</summary>
    public static string Of(StateReason reason) => reason switch
    {
        StateReason.Failure failure => failure.Reason,
        StateReason.NoRoom room => $"waits for room: {room.Limit}",
        StateReason.Done => "exit code 0",
        StateReason.WaitsForServices services => $"waits for {string.Join(", ", services.Names)}",
        StateReason.WaitsForFormerTree => "waits for the end of what an earlier process left behind",
        StateReason.Settles settles => $"serves; ready once it has for {DurationText.Of(settles.For)}",
        StateReason.WaitsForPorts ports => $"waits {AtMost(ports.AtMost)} for {ports.Coverage.MissingWords}",
        StateReason.WaitsForNotification notification => $"waits {AtMost(notification.AtMost)} for READY=1",
        StateReason.WaitsForDelay delay => $"waits for its delay of {DurationText.Of(delay.Delay)}",
        StateReason.WaitsForProbe { LastFailure: { } failure } probe => $"waits {AtMost(probe.AtMost)} for its probe: {failure}",
        StateReason.WaitsForProbe probe =>
            $"waits {AtMost(probe.AtMost)} for its probe, which {(probe.IsSent ? "has not answered yet" : "was not asked yet")}",
        _ => throw new InvalidOperationException($"no such reason: {reason}"),
    };

    public static string Of(WorkerActivity activity) => activity switch
    {
        WorkerActivity.Stuck => "accepts nothing while others do, and is given nothing new",
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
