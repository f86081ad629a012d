using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Users;
using Reuseportd.Model;

namespace Reuseportd.Linux.Seccomp;

/// <summary>The kernel's support of <see cref="Spawning.SpawnRequest.NotifyBinds"/> and <see cref="BindNotifier"/>.</summary>
/// <param name="Missing">The call that is missing or refused; null if all work.</param>
/// <param name="Errno">Its error.</param>
/// <param name="NeedsNoNewPrivileges">
/// True if a process must have no_new_privs: the daemon has no CAP_SYS_ADMIN, so the kernel refuses the filter to others.
/// </param>
internal sealed record SeccompSupport(string? Missing, Errno Errno, bool NeedsNoNewPrivileges)
{
    private static readonly ulong Admin = Capability.TryParse("sys_admin")!.Value.Bit;

    public bool IsAvailable => Missing is null;

    /// <summary>
    /// Asks the kernel, without a filter. A filter of a process above the daemon can still have a listener: the start then fails
    /// with EBUSY.
    /// </summary>
    public static unsafe SeccompSupport Find()
    {
        var needs = (Capabilities.Effective() & Admin) == 0;
        var action = Libc.SeccompNotify;
        if (Libc.Seccomp(Libc.SeccompHasAction, 0, &action) != 0) return Without("seccomp", Libc.LastErrno);
        Libc.SeccompStructures sizes;
        if (Libc.Seccomp(Libc.SeccompSizes, 0, &sizes) != 0) return Without("seccomp", Libc.LastErrno);
        if (Math.Max(sizes.Notification, sizes.Answer) > CallQueue.MostBytes) return Without("seccomp", Errno.TooLarge);
        // The kernel judges the flags before the filter: EFAULT means that it knows them.
        _ = Libc.Seccomp(Libc.SeccompSetFilter, Libc.SeccompListener, null);
        if (Libc.LastErrno != Errno.BadAddress) return Without("seccomp", Libc.LastErrno);
        if (!Libc.HasCloseRange()) return Without("close_range", Libc.LastErrno);
        using var self = Pidfd.Open(Environment.ProcessId, out var errno);
        if (self is null) return Without("pidfd_open", errno);
        using var taken = self.TryTake(self.Number, out errno);
        if (taken is null) return Without("pidfd_getfd", errno);
        return new SeccompSupport(null, Errno.None, needs);

        SeccompSupport Without(string call, Errno error) => new(call, error, needs);
    }
}
