using Reuseportd.Model;

namespace Reuseportd.Linux.Interop;

/// <summary>The daemon's limit of descriptors; each worker needs three.</summary>
internal static unsafe class Descriptors
{
    /// <summary>
    /// Raises the soft limit to the hard limit. Workers get the former limit back: programs that use select(2) fail with
    /// descriptors above 1023, which is why the soft limit is low.
    /// </summary>
    /// <param name="former">The limit before the call.</param>
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
