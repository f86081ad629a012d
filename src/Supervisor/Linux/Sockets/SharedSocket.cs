using Reuseportd.Linux.Interop;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;

namespace Reuseportd.Linux.Sockets;

/// <summary>
/// A socket of a worker, which the daemon can take for a moment (pidfd_getfd(2), Linux 5.6). The copy is never kept: an open copy
/// keeps a listener in its group after the worker has ended, and its connections are never served.
/// Taking needs the right to trace the process: the same user, or CAP_SYS_PTRACE for a process with another user or more
/// privileges.
/// </summary>
/// <param name="inode">Inode of the socket, from outcome lines and sock_diag(7).</param>
/// <param name="tree">
/// The present processes of the worker, the most likely first. Only these are searched, so a worker cannot name the socket of
/// another process.
/// </param>
internal sealed class SharedSocket(ulong inode, Func<IEnumerable<int>> tree)
{
    /// <summary>
    /// pidfd_getfd(2) waits for an exec of the process, see <see cref="ProcessEntry"/>. The close of a wrong socket can wait, too
    /// (SO_LINGER).
    /// </summary>
    private static readonly BoundedCalls<(TakenSocket? Taken, Errno Errno)> Calls = new(
        "sockets", TimeSpan.FromSeconds(1), TimeSpan.FromMilliseconds(100), late => late.Taken?.Dispose());

    private int _pid;
    private int _descriptor = -1;
    private ulong _cookie;

    public ulong Inode { get; } = inode;

    /// <summary>SO_COOKIE, socket(7); 0 if it is not known yet.</summary>
    public ulong Cookie
    {
        get => _cookie;
        init => _cookie = value;
    }

    /// <summary>With the pid and descriptor of an outcome line, which are tried first.</summary>
    public SharedSocket(ulong inode, Func<IEnumerable<int>> tree, int pid, int descriptor)
        : this(inode, tree) => (_pid, _descriptor) = (pid, descriptor);

    /// <param name="errno">
    /// ENOENT if no process of the worker has the socket; EPERM without the right; ETIMEDOUT if the process holds up the call for
    /// 1 s, or 100 ms within 10 s after such a process.
    /// </param>
    /// <returns>A descriptor of the same socket; close it soon.</returns>
    public TakenSocket? Take(out Errno errno)
    {
        errno = Errno.NotFound;
        foreach (var pid in Ordered())
        {
            foreach (var descriptor in Candidates(pid))
            {
                var taken = TakeInTime(pid, descriptor, out var failure);
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

    private TakenSocket? TakeInTime(int pid, int descriptor, out Errno errno)
    {
        var isAnswered = Calls.TryCall(pid, () => (Take(pid, descriptor, out var failure), failure), out var answer);
        errno = isAnswered ? answer.Errno : Errno.TimedOut;
        return answer.Taken;
    }

    /// <summary>Another process may have the pid by now, so the taken socket is checked.</summary>
    private TakenSocket? Take(int pid, int descriptor, out Errno errno)
    {
        using var process = Pidfd.Open(pid, out errno);
        if (process is null)
        {
            errno = Errno.NotFound;
            return null;
        }

        var taken = process.TryTake(descriptor, number => new TakenSocket(number), out errno);
        // It has ended, and waits for its parent.
        if (errno == Errno.NoProcess) errno = Errno.NotFound;
        if (taken is null) return null;
        if (taken.Inode == Inode && (_cookie == 0 || taken.Cookie == _cookie)) return taken;
        taken.Dispose();
        errno = Errno.NotFound;
        return null;
    }
}
