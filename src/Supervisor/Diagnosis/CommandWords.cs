using Reuseportd.Runtime.Commands;

namespace Reuseportd.Diagnosis;

/// <summary>Texts for the reasons why a command was not carried out for a worker.</summary>
internal static class CommandWords
{
    /// <returns>Null if the command succeeded, or the state needs no explanation.</returns>
    public static string? Of(CommandEnd end) => end switch
    {
        { Facts: null } => null,
        { IsNotReplaced: true, Facts.NotReplaced: { } why } => UpdateWords.Of(why, end.Facts),
        { Obstacle: CommandObstacle.NotSettled } => WorkerDetail.Of(end.Facts) ?? "the worker has not settled",
        { Obstacle: { } obstacle } => Of(obstacle),
        _ => WorkerDetail.Of(end.Facts),
    };

    private static string Of(CommandObstacle obstacle) => obstacle switch
    {
        CommandObstacle.Overtaken => "a later command replaced this command",
        CommandObstacle.ServiceStopped => "the service is stopped; 'reuseportctl start' starts its workers",
        CommandObstacle.HostDrained => "the host is drained; 'reuseportctl undrain' starts its workers",
        CommandObstacle.NothingToRollBack => "the service has no former configuration",
        CommandObstacle.AlreadyPaused => "the rolling restart is already paused",
        CommandObstacle.NoUpdate => "no rolling restart is in progress",
        CommandObstacle.NothingPaused => "no rolling restart is paused",
        CommandObstacle.NoProcess => "the worker has no process",
        CommandObstacle.SignalFailed failed => $"{failed.Signal} could not be sent: {failed.Errno}",
        _ => throw new InvalidOperationException($"no such obstacle: {obstacle}"),
    };
}
