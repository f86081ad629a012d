using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Processes;

/// <summary>A worker leads a session, and by that a process group, of its own.</summary>
internal static class ProcessGroup
{
    /// <summary>
    /// SIGKILL to all of the group at once (kill(2)), which unlike a walk over the tree none of them can outrun by forking. Only
    /// while the leader has not been reaped: until then the number can be no other group's.
    /// </summary>
    /// <returns>ESRCH when there is no such group.</returns>
    public static Errno Kill(int leader) =>
        leader > 1 ? Libc.ErrnoOf(Libc.Kill(-leader, Signal.Kill.Number)) : Errno.InvalidArgument;
}
