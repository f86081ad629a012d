using System.Net;
using Reuseportd.Api.Contract;

namespace Reuseportd.Control.Connection;

/// <summary>Why there is no answer, for people and by exit code; pure.</summary>
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

    /// <param name="group">That may use it; null where there is none.</param>
    public static string MayNot(string socket, string user, string? group) =>
        $"you may not use {socket}: become root (sudo reuseportctl ...)"
        + (group is null ? "" : $", or let root add you to its group '{group}' (usermod -aG {group} {user}) and log in anew");

    /// <param name="own">The user's usual socket.</param>
    /// <param name="systemd">Whether systemd is the init, as sd_booted(3) finds out.</param>
    public static string NobodyAnswers(string socket, string own, bool systemd)
    {
        var usual = socket == SocketPath.System && own != socket ? $", and there is no {own}" : "";
        var ask = systemd ? " (systemctl status reuseportd)" : "";
        return $"nobody answers on {socket}{usual}: is reuseportd running?{ask} "
               + $"Where its socket is at another place, name it with --socket or {ControlClient.SocketVariable}";
    }
}
