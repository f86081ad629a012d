using Reuseportd.Model;

namespace Reuseportd.Observability.Events;

/// <summary>Log records that never reached the destination.</summary>
/// <param name="Events">Events of the daemon for which there was no room.</param>
/// <param name="Lines">Lines of workers for which there was no room while the destination took nothing.</param>
/// <param name="Unwritten">Records of either kind that the destination refused.</param>
/// <param name="LastError">The error of the last refusal; none where it failed without one, or never.</param>
internal readonly record struct LogLoss(long Events, long Lines, long Unwritten, Errno LastError)
{
    public long Total => Events + Lines + Unwritten;

    public LogLoss Since(LogLoss earlier) =>
        this with { Events = Events - earlier.Events, Lines = Lines - earlier.Lines, Unwritten = Unwritten - earlier.Unwritten };
}
