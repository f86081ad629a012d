using Reuseportd.Binding;

namespace Reuseportd.Linux.Seccomp;

/// <summary>
/// Which outcomes of one worker are told: a process may call bind(2) at any rate. The first lost outcome is told at once, so that
/// the daemon reads the worker's sockets from the kernel. The number of the others is told later. Pure; not thread-safe.
/// </summary>
internal sealed class OutcomeLimit
{
    /// <summary>Outcomes in each <see cref="Interval"/>.</summary>
    public const int Burst = 512;

    /// <summary>With <see cref="Burst"/>, 200 outcomes in each second.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(2560);

    private RateLimit _limit = new(Interval, Burst);

    /// <summary>When <see cref="Collect"/> returns a number; null if no outcome is lost.</summary>
    public TimeSpan? Due => _limit.Due;

    /// <param name="now">Monotonic time since any fixed moment.</param>
    /// <param name="lost">Lost outcomes to tell now, before this outcome.</param>
    /// <returns>True if this outcome is told.</returns>
    public bool Admit(TimeSpan now, out long lost)
    {
        var isFirst = _limit.Due is null;
        var isAdmitted = _limit.Admit(now, out var dropped);
        lost = isAdmitted ? Rest(dropped) : isFirst ? 1 : 0;
        return isAdmitted;
    }

    /// <summary>Lost outcomes that are not told; 0 before <see cref="Due"/>.</summary>
    public long Collect(TimeSpan now) => Rest(_limit.Collect(now));

    /// <summary>Without the first, which was told when it was lost.</summary>
    private static long Rest(long dropped) => Math.Max(0, dropped - 1);
}
