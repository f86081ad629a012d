using System.Net.Sockets;
using Linux.Tests.Harness;
using Reuseportd.Model;

namespace Linux.Tests;

/// <summary>
/// A guard whose daemon has died. The daemon is a process that has started the guard, listens on its control socket, and has
/// given the guard's socket to the test, as a service manager stores it.
/// </summary>
public sealed class FormerGuardTests : IDisposable
{
    private const string Program = """
        import ctypes, signal, socket, sys
        library, mark, control, manager = sys.argv[1:]
        class Guarding(ctypes.Structure):
            _fields_ = [('guard', ctypes.c_void_p)] + [
                (name, ctypes.c_int32) for name in ('pid', 'pidfd', 'socket', 'guards_end', 'daemon')]
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(control)
        listener.listen()
        guarding = Guarding()
        assert ctypes.CDLL(library).reuseportd_guard_start(mark.encode(), -1, 3600, ctypes.byref(guarding)) == 0
        store = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        store.connect(manager)
        socket.send_fds(store, [b'guard'], [guarding.socket])
        print('guard', guarding.pid, flush=True)
        signal.pause()
        """;

    private readonly TemporaryFolder _folder = new();
    private readonly Descriptor _socket;
    private readonly Pidfd _guard;

    public FormerGuardTests()
    {
        using var manager = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        manager.Bind(new UnixDomainSocketEndPoint(_folder["manager"]));
        // The end of this block kills the daemon.
        using var daemon = TestWorker.Start(
            "/usr/bin/python3", "-c", Program, TestPrograms.Library, $"{Guard.Variable}=test-{Guid.NewGuid():N}",
            _folder["control"], _folder["manager"]);
        _guard = Assert.IsType<Pidfd>(Pidfd.Open(Assert.Single(daemon.ReadNumbers("guard")), out _));
        _socket = Assert.IsType<Descriptor>(Received.Message(manager, out _));
    }

    public void Dispose()
    {
        _guard.SendSignal(Signal.Kill);
        Assert.True(_guard.WaitForEnd(Deadline.Patience));
        _guard.Dispose();
        _folder.Dispose();
    }

    /// <summary>The next daemon finds the control socket free at once.</summary>
    [Fact]
    public void ReleaseAndWait_Guard_HasClosedTheDescriptorsOfItsDaemon()
    {
        var former = new FormerGuard(_socket);
        Assert.Equal(Errno.None, former.Claim());
        Assert.True(IsServed());

        former.ReleaseAndWait();

        Assert.False(IsServed());
        Assert.False(former.IsSilent);
        Assert.True(_guard.WaitForEnd(Deadline.Patience));
    }

    /// <summary>It may have the control socket for ever, so no other daemon can start.</summary>
    [Fact]
    public void ReleaseAndWait_GuardIsStopped_IsSilent()
    {
        var former = new FormerGuard(_socket, TimeSpan.FromMilliseconds(50));
        Assert.Equal(Errno.None, former.Claim());
        _guard.SendSignal(new Signal(19));

        former.ReleaseAndWait();

        Assert.True(former.IsSilent);
        Assert.True(IsServed());
        _guard.SendSignal(new Signal(18));
        Assert.True(_guard.WaitForEnd(Deadline.Patience), "it does what it was asked for");
        Assert.False(IsServed());
    }

    /// <summary>The service manager has closed it, as it starts no successor.</summary>
    [Fact]
    public void Socket_IsClosed_GuardEnds()
    {
        _socket.Dispose();

        Assert.True(_guard.WaitForEnd(Deadline.Patience));
        Assert.False(IsServed());
    }

    private bool IsServed()
    {
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            client.Connect(new UnixDomainSocketEndPoint(_folder["control"]));
            return true;
        }
        catch (SocketException refused) when (refused.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return false;
        }
    }
}
