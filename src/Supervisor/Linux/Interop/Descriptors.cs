using Reuseportd.Model;

namespace Reuseportd.Linux.Interop;

/// <summary>The daemon's own limit of descriptors: a worker costs it three.</summary>
internal static unsafe class Descriptors
{
    /// <summary>
    /// Raises the soft limit to the hard one. Workers are to get the former limit back: programs that use select(2) break on
    /// descriptors past 1023, which is what the low soft limit is for.
    /// </summary>
    /// <param name="former">The limit before.</param>
    public static Errno RaiseLimit(out LimitPair former)
    {
        LimitPair pair;
        var errno = Libc.ErrnoOf(Libc.GetLimit(Libc.LimitOfDescriptors, &pair));
        former = pair;
        if (errno != Errno.None || pair.Soft == pair.Hard) return errno;
        var raised = new LimitPair(pair.Hard, pair.Hard);
        return Libc.ErrnoOf(Libc.SetLimit(Libc.LimitOfDescriptors, &raised));
    }
}
