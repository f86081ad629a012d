using System.Net;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control.Connection;

/// <summary>Messages and exit codes for missing answers; pure.</summary>
internal static class Problems
{
    public static int CodeOf(HttpStatusCode status, ProblemDocument? problem) => problem?.Code switch
    {
        ProblemCode.NoSuchName => ExitCode.NoSuchName,
        ProblemCode.Refused => ExitCode.Refused,
        ProblemCode.Stopping => ExitCode.NotRunning,
        ProblemCode.Invalid when status == HttpStatusCode.BadRequest => ExitCode.Usage,
        _ => ExitCode.Failed,
    };

    /// <param name="group">Group that may use the socket; null if there is none.</param>
    public static string MayNot(string socket, string user, string? group) =>
        $"you may not use {socket}: use sudo"
        + (group is null ? "" : $", or ask root to add you to the group '{group}' (usermod -aG {group} {user}) and log in again");

    /// <param name="own">Path of the user's own socket.</param>
    /// <param name="systemd">True if systemd is the init (sd_booted(3)).</param>
    public static string NobodyAnswers(string socket, string own, bool systemd)
    {
        var alternative = socket == SocketPath.System && own != socket ? $", and there is no {own}" : "";
        var ask = systemd ? " (systemctl status reuseportd)" : "";
        return $"no daemon answers on {socket}{alternative}: is reuseportd running?{ask} "
               + $"If it uses another socket, set --socket or {ControlClient.SocketVariable}";
    }
}
