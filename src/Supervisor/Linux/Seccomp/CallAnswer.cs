using Reuseportd.Linux.Interop;
using Reuseportd.Model;

namespace Reuseportd.Linux.Seccomp;

/// <summary>
/// Answers the calls of one worker as the hooks of the preload library would. bind(2) and listen(2) are done on a copy of the
/// socket, with an address that was read once: the program cannot change it between the check and the bind. All other calls
/// continue in the kernel. Such a call gains nothing: it has the rights of its process, and the daemon has set no option. But if
/// the settings have an interface, a bind that the daemon must not carry out fails with EPERM.
/// </summary>
/// <param name="tell">Outcomes in the form of the library's lines.</param>
/// <param name="confined">Told once that a process of the worker restricts itself by Landlock, before it does.</param>
/// <param name="isConfined">True if an earlier daemon was told so.</param>
internal sealed unsafe class CallAnswer(
    CallQueue queue, ShareRules rules, Action<BindOutcome> tell, Action confined, bool isConfined)
{
    private bool _isConfined = isConfined;
    private bool _isRepeated;

    /// <summary>
    /// Each step until <see cref="CallQueue.IsWaiting"/> has no effect on the process. A process can make this call block: by a
    /// page fault of its memory, by the lock of a socket, and by the close of a file on its own file system.
    /// </summary>
    /// <param name="isRepeated">True if an earlier daemon has received the call, and may have carried it out.</param>
    public void Give(in BindCall call, BorrowedCapabilities rights, bool isRepeated = false)
    {
        _isRepeated = isRepeated;
        Span<byte> memory = stackalloc byte[BoundAddress.MostBytes];
        if (call.Kind == CallKind.Confine && !_isConfined)
        {
            _isConfined = true;
            confined();
        }

        using var caller = call.Kind == CallKind.Confine ? null : Caller.Open(call.Thread);
        if (caller is null)
        {
            Leave(call, Errno.NotPermitted);
            return;
        }

        var errno = ReadAddress(call, caller, memory, out var address);
        if (errno != Errno.None)
        {
            Leave(call, errno);
            return;
        }

        using var socket = caller.Take(call.Descriptor, out errno);
        if (errno == Errno.NotPermitted) TellError("pidfd_getfd", errno);
        var isEqual = rights.TryTakeFrom(caller) && !_isConfined;
        if (!queue.IsWaiting(call)) return;
        if (socket is null || InetSocket.TypeOf(socket) is not { } type) Leave(call, errno);
        else if (call.Kind == CallKind.Bind) Bind(call, caller.Process, new InetSocket(socket, type), address, isEqual);
        else Listen(call, caller.Process, new InetSocket(socket, type), isEqual);
    }

    /// <summary>The call continues in the kernel, unless it could then bind a socket that must be confined.</summary>
    /// <param name="obstacle">EPERM if the daemon may not look at the process; then it does not know the socket.</param>
    private void Leave(in BindCall call, Errno obstacle)
    {
        if (obstacle == Errno.NotPermitted && call.Kind == CallKind.Bind && rules.Interface is not null)
            queue.Answer(call, obstacle);
        else queue.Continue(call);
    }

    /// <returns>EINVAL if only the kernel can judge the address: another family, a length that it refuses.</returns>
    private Errno ReadAddress(in BindCall call, Caller caller, Span<byte> memory, out ReadOnlySpan<byte> address)
    {
        address = default;
        if (call.Kind != CallKind.Bind) return Errno.None;
        if (call.Length is < BoundAddress.LeastBytes or > BoundAddress.MostBytes) return Errno.InvalidArgument;
        memory = memory[..call.Length];
        var errno = caller.Read(call.Address, memory);
        if (errno == Errno.NotPermitted) TellError("process_vm_readv", errno);
        if (errno != Errno.None) return errno;
        address = memory;
        return BoundAddress.TryParse(address) is null ? Errno.InvalidArgument : Errno.None;
    }

    private void Bind(in BindCall call, int process, InetSocket socket, ReadOnlySpan<byte> address, bool isEqual)
    {
        var at = BoundAddress.TryParse(address)!.Value;
        var options = new ShareOptions(socket.Descriptor, rules);
        var matched = rules.Matches(at);
        var errno = matched ? options.Set() : Errno.None;
        if (errno == Errno.None && !isEqual)
        {
            queue.Continue(call);
            return;
        }

        if (errno == Errno.None && !(_isRepeated && IsBound(socket, at))) errno = socket.Bind(address);
        if (errno != Errno.None) options.Restore();
        else if (at.Port == 0) at = socket.LocalAddress() ?? at;
        foreach (var (option, reason) in options.Failed) TellError(option, reason);
        var outcome = new SocketOutcome(
            call.Descriptor, socket.Inode, at.IsInet6 ? "inet6" : "inet", socket.Type, at.Address.ToString(), at.Port, matched,
            options.ReusePort, options.ReuseAddress, options.Device, Backlog: null);
        Tell(OutcomeKind.Bind, process, outcome, errno);
        queue.Answer(call, errno);
    }

    private static bool IsBound(InetSocket socket, BoundAddress at) =>
        socket.LocalAddress() is { Port: > 0 and var port } && (at.Port == 0 || at.Port == port);

    private void Listen(in BindCall call, int process, InetSocket socket, bool isEqual)
    {
        if (!isEqual || socket.LocalAddress() is not { } at)
        {
            queue.Continue(call);
            return;
        }

        // After a bind to port 0, a filter for any port would match: such a socket is recognized by the missing option.
        var matched = rules.Matches(at)
                      && (!rules.HasAnyPort || rules.ReusePort != OptionSetting.Set || socket.Descriptor.HasReusePort);
        var backlog = matched ? rules.Raise(call.Length) : call.Length;
        var errno = socket.Descriptor.Listen(backlog);
        // A socket that was never bound gets its port now.
        if (errno == Errno.None && at.Port == 0) at = socket.LocalAddress() ?? at;
        var outcome = new SocketOutcome(
            call.Descriptor, socket.Inode, at.IsInet6 ? "inet6" : "inet", socket.Type, at.Address.ToString(), at.Port, matched,
            OptionSetting.System, OptionSetting.System, Device: null, backlog);
        Tell(OutcomeKind.Listen, process, outcome, errno);
        queue.Answer(call, errno);
    }

    private void Tell(OutcomeKind kind, int process, SocketOutcome socket, Errno errno) =>
        tell(new BindOutcome(kind, process, socket, errno == Errno.None ? "ok" : errno.ToString(), ""));

    private void TellError(string subject, Errno errno) =>
        tell(new BindOutcome(OutcomeKind.Error, 0, null, errno.ToString(), subject));
}
