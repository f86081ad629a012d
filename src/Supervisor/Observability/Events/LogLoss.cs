using Reuseportd.Model;

namespace Reuseportd.Observability.Events;

/// <summary>Log records that did not reach the destination.</summary>
/// <param name="Events">Events of the daemon that found no room.</param>
/// <param name="Lines">Workers' lines that found no room while the destination made no progress.</param>
/// <param name="Unwritten">Records of either kind that the destination refused.</param>
/// <param name="LastError">The error of the last refusal; none if there was no error or no refusal.</param>
internal readonly record struct LogLoss(long Events, long Lines, long Unwritten, Errno LastError)
{
    public long Total => Events + Lines + Unwritten;

    public LogLoss Since(LogLoss earlier) =>
        this with { Events = Events - earlier.Events, Lines = Lines - earlier.Lines, Unwritten = Unwritten - earlier.Unwritten };
}
