using System.Net;
using System.Net.Sockets;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Runtime.Messages;
using Reuseportd.Runtime.SteeringTask;
using Runtime.Tests.Harness;
using Serilog;

namespace Runtime.Tests;

/// <summary>The log of a socket that cannot be steered. A closed socket is not logged.</summary>
public sealed class SharedGroupsTests : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly int _port;

    public SharedGroupsTests()
    {
        _listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _listener.Listen();
        _port = ((IPEndPoint)_listener.LocalEndPoint!).Port;
    }

    public void Dispose() => _listener.Dispose();

    [Fact]
    public void Serve_SocketIsClosed_LogsNothing() => Assert.Empty(Serve(closes: true));

    [Fact]
    public void Serve_SocketCannotBeDuplicated_IsLogged() =>
        Assert.Equal("2", Assert.Single(Serve(closes: false)).Field("ERRNO"));

    /// <summary>The named process never had the socket, or has closed it.</summary>
    private Happened[] Serve(bool closes)
    {
        var log = new EventLog();
        using var mailbox = new Mailbox(TimeProvider.System);
        using var diag = new SockDiag();
        using var logger = new LoggerConfiguration().MinimumLevel.Debug().WriteTo.Sink(log).CreateLogger();
        var groups = new SharedGroups(
            new SteeringMode(SteeringKind.Classic, ""), wakes: true, mailbox, logger, diag, programs: null,
            InheritedSteering.None);
        var listing = SocketListing.Of(diag);
        var inode = listing.Single(socket => socket.Port == _port && socket.IsStream).Inode;
        if (closes) _listener.Dispose();
        var sockets = new Dictionary<ulong, (int, int)> { [inode] = (1, 0) };
        groups.Serve(
            new Placement(
                1, new WorkerName("web", 0), Pid: 1 << 22, Given.Ports(_port), Balance.RoundRobin, 1, StallSpec.Default,
                Group: 0, sockets),
            listing);
        groups.EndAll();
        return log.All("not_steered");
    }
}
