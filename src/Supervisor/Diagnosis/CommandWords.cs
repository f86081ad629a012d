using Reuseportd.Runtime.Commands;

namespace Reuseportd.Diagnosis;

/// <summary>Why a command did not do what it was to do with a worker.</summary>
internal static class CommandWords
{
    /// <returns>Null where the command succeeded, or the state says all.</returns>
    public static string? Of(CommandEnd end) => end switch
    {
        { Facts: null } => null,
        { IsNotReplaced: true, Facts.NotReplaced: { } why } => UpdateWords.Of(why, end.Facts),
        { Obstacle: CommandObstacle.StillOnItsWay } => WorkerDetail.Of(end.Facts) ?? "still on its way",
        { Obstacle: { } obstacle } => Of(obstacle),
        _ => WorkerDetail.Of(end.Facts),
    };

    private static string Of(CommandObstacle obstacle) => obstacle switch
    {
        CommandObstacle.Overtaken => "another command came meanwhile",
        CommandObstacle.ServiceStopped => "it is stopped, and stays so until it is started",
        CommandObstacle.NothingToRollBack => "there is nothing to go back to",
        CommandObstacle.AlreadyPaused => "already paused",
        CommandObstacle.NotBeingReplaced => "it is not being replaced",
        CommandObstacle.NothingPaused => "nothing is paused",
        CommandObstacle.NoProcess => "no process runs",
        CommandObstacle.SignalFailed failed => $"{failed.Signal} could not be sent: {failed.Errno}",
        _ => throw new InvalidOperationException($"no such obstacle: {obstacle}"),
    };
}
