using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>The process group of a worker. A worker leads a session, so it has a group of its own.</summary>
internal static class ProcessGroup
{
    /// <summary>
    /// SIGKILL to the whole group at once (kill(2)): unlike a walk over the tree, no process can escape by forking. Call it only
    /// before the leader is reaped: until then no other group can have the number.
    /// </summary>
    /// <returns>ESRCH if there is no such group.</returns>
    public static Errno Kill(int leader) =>
        leader > 1 ? Libc.ErrnoOf(Libc.Kill(-leader, Signal.Kill.Number)) : Errno.InvalidArgument;
}
