using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Linux.Sockets;
using Reuseportd.Model;

namespace Reuseportd.Linux.ReusePort;

/// <summary>
/// A socket of a worker, which can be taken for a moment (pidfd_getfd(2), Linux 5.6). It is never kept: a listener that somebody
/// else holds open stays in its group when the worker has ended, and connections given to it are never served.
///
/// Needs the right to trace the holder: the same user, or CAP_SYS_PTRACE for one with another user or more rights.
/// </summary>
/// <param name="inode">The socket, as outcome lines and sock_diag(7) name it.</param>
/// <param name="tree">
/// The processes that are the worker's now, the likeliest first. Only these are looked at: a line in which a worker names
/// another's process and descriptor gets nobody's socket.
/// </param>
internal sealed class SharedSocket(ulong inode, Func<IEnumerable<int>> tree)
{
    private int _pid;
    private int _descriptor = -1;
    private ulong _cookie;

    public ulong Inode { get; } = inode;

    /// <summary>What an outcome line said of it; looked at first.</summary>
    public SharedSocket(ulong inode, Func<IEnumerable<int>> tree, int pid, int descriptor)
        : this(inode, tree) => (_pid, _descriptor) = (pid, descriptor);

    /// <param name="errno">ENOENT where no process of the worker has it (any more); EPERM without the right.</param>
    /// <returns>A descriptor of the same socket, to be closed soon.</returns>
    public TakenSocket? Take(out Errno errno)
    {
        errno = Errno.NotFound;
        foreach (var pid in Ordered())
        {
            foreach (var descriptor in Candidates(pid))
            {
                var taken = Take(pid, descriptor, out var failure);
                if (taken is not null)
                {
                    (_pid, _descriptor, _cookie) = (pid, descriptor, taken.Cookie);
                    errno = Errno.None;
                    return taken;
                }

                if (failure != Errno.NotFound) errno = failure;
            }
        }

        return null;
    }

    private IEnumerable<int> Ordered()
    {
        var pids = tree().ToArray();
        return pids.Contains(_pid) ? pids.Where(pid => pid != _pid).Prepend(_pid) : pids;
    }

    private IEnumerable<int> Candidates(int pid)
    {
        if (pid == _pid && _descriptor >= 0 && SocketHolders.Holds(pid, _descriptor, Inode)) return [_descriptor];
        return SocketHolders.DescriptorOf(pid, Inode) is { } found ? [found] : [];
    }

    /// <summary>Process or descriptor may be others by now, so what was taken is looked at.</summary>
    private TakenSocket? Take(int pid, int descriptor, out Errno errno)
    {
        using var process = Pidfd.Open(pid, out errno);
        if (process is null)
        {
            errno = Errno.NotFound;
            return null;
        }

        var number = Libc.PidfdGetFd(process, descriptor);
        errno = Libc.ErrnoOf(number);
        if (number < 0) return null;
        var taken = new TakenSocket((int)number);
        if (taken.Inode == Inode && (_cookie == 0 || taken.Cookie == _cookie)) return taken;
        taken.Dispose();
        errno = Errno.NotFound;
        return null;
    }
}
