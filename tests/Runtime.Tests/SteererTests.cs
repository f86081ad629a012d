using System.Globalization;
using System.Net.Sockets;
using Reuseportd.Linux.Sockets;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>The kernel program's choice of workers after changes of the fleet. The workers accept no connections.</summary>
public sealed class SteererTests : IDisposable
{
    private static readonly SteeringMode ByProgram = new(SteeringKind.Program, "");

    private readonly (string Address, int Port) _socket = Given.Socket();
    private readonly List<TcpClient> _clients = [];

    public SteererTests()
    {
        using var program = SteeringProgram.Load(1, out var errno);
        Assert.SkipWhen(program is null, $"no program can be loaded: {errno}");
    }

    public void Dispose() => _clients.ForEach(client => client.Dispose());

    [Fact]
    public void Restart_AfterAChangeOfTheBalance_AllWorkersHaveTheirShare()
    {
        using var fleet = new Supervised(steering: ByProgram);
        fleet.Converge(Service("web", 3, Balance.Random));
        fleet.Converge(Service("web", 3, Balance.RoundRobin));
        fleet.Ask(new FleetCommand.Restart(), "web@1");
        Connect(12);

        Assert.Equal([("web@0", 4UL), ("web@1", 4UL), ("web@2", 4UL)], Shares(fleet));
    }

    [Fact]
    public void Connect_TwoServicesOnOnePort_BothHaveTheirShare()
    {
        using var fleet = new Supervised(steering: ByProgram);
        fleet.Converge(Service("blue", 2, Balance.RoundRobin), Service("green", 1, Balance.RoundRobin));
        Place(fleet);
        Connect(12);

        Assert.Equal([("blue@0", 4UL), ("blue@1", 4UL), ("green@0", 4UL)], Shares(fleet));
    }

    [Fact]
    public void Connect_WorkersWithTwoSocketsOnOnePort_EachSocketHasItsShare()
    {
        using var fleet = new Supervised(steering: ByProgram);
        fleet.Converge(Service("web", 2, Balance.RoundRobin, sockets: 2));
        fleet.Log.Take("listen", 4);
        Place(fleet);
        Connect(16);

        Assert.Equal(
            [4U, 4U, 4U, 4U],
            SockDiag.Serving().Where(socket => socket.Port == _socket.Port).Select(socket => socket.ReceiveQueue));
    }

    [Fact]
    public void Apply_AnotherPort_RemovesTheFormerGroup()
    {
        // Other tests may have left programs to the garbage collector.
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var others = Programs();
        using var fleet = new Supervised(steering: ByProgram);
        fleet.Converge(Service("web", 2, Balance.RoundRobin));
        Place(fleet);
        Assert.Equal(others + 1, Programs());
        var (address, port) = Given.Socket();
        fleet.Converge(Service("web", 2, Balance.RoundRobin, address, port));

        Assert.Equal(2, fleet.Counts.Ready);
        Deadline.Until(() => Programs() == others + 1, "the former group's program has gone");
    }

    private ServiceSpec Service(string name, int workers, Balance balance, int sockets = 1) =>
        Service(name, workers, balance, _socket.Address, _socket.Port, sockets);

    private static ServiceSpec Service(string name, int workers, Balance balance, string address, int port, int sockets = 1)
    {
        var socket = string.Create(CultureInfo.InvariantCulture, $"tcp4,{address},{port}");
        var service = Given.Listening(
            Given.Service(name, workers, [Checkout.Worker("binds"), .. Enumerable.Repeat(socket, sockets)]), port);
        return service with
        {
            Process = service.Process with { Reuseport = service.Process.Reuseport with { Balance = balance } },
            Stall = StallSpec.Default with { Action = StallAction.None },
        };
    }

    /// <summary>Waits until ready workers have their share: the steerer carries out earlier requests before it counts.</summary>
    private static void Place(Supervised fleet)
    {
        fleet.Turn();
        fleet.ConnectionsGiven();
    }

    private void Connect(int count)
    {
        for (var made = 0; made < count; made++)
        {
            var client = new TcpClient();
            _clients.Add(client);
            client.Connect(_socket.Address, _socket.Port);
        }
    }

    private static (string Worker, ulong Given)[] Shares(Supervised fleet) =>
        [
            .. fleet.ConnectionsGiven().OrderBy(one => one.Key.ToString(), StringComparer.Ordinal)
                .Select(one => (one.Key.ToString(), one.Value.Given))];

    /// <summary>BPF programs that this process has open.</summary>
    private static int Programs() =>
        Directory.EnumerateFiles("/proc/self/fd")
            .Count(path => new FileInfo(path).LinkTarget?.Contains("bpf-prog", StringComparison.Ordinal) == true);
}
