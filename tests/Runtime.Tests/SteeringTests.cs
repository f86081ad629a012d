using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Steering of real connections to the workers of a fleet.</summary>
public sealed class SteeringTests
{
    public static readonly TheoryData<string> Ways = ["ebpf", "cbpf"];

    /// <summary>All workers join the group while the daemon creates it for the first worker.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void Start_ManyAtOnce_EachGetsConnections(string way)
    {
        using var fleet = new Supervised(steering: Mode(way), startParallelism: 16);
        var (service, server) = Sharing(16);
        fleet.Converge(service);

        AllAnswer(server, 16);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Restart_AllWorkers_EachGetsConnectionsAgain(string way)
    {
        using var fleet = new Supervised(steering: Mode(way));
        var (service, server) = Sharing(4);
        fleet.Converge(service);
        Assert.All(fleet.Ask(new FleetCommand.Restart(), "web").Workers, worker => Assert.True(worker.Ok, worker.Detail));

        AllAnswer(server, 4);
    }

    /// <summary>A starting worker has no share of the connections, and is still probed.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void Readiness_ProbesOfTheSharedPort_Succeed(string way)
    {
        using var fleet = new Supervised(steering: Mode(way));
        var (address, port) = Given.Socket();
        var service = WebServer.Service("web", 3, address, port.ToString(CultureInfo.InvariantCulture)) with
        {
            Readiness = new ReadinessSpec.Probed(
                new ProbeSpec.Http("/", null), TimeSpan.FromMilliseconds(20), ReadinessSpec.DefaultTimeout),
        };
        var started = fleet.BeginConverge(service);
        Deadline.Until(() => Passes(fleet, started), "all are ready");
        var restarted = fleet.BeginAsk(new FleetCommand.Restart(), "web");
        Deadline.Until(() => Passes(fleet, restarted), "all are replaced");

        Assert.All(Deadline.Await(restarted, "all are replaced").Workers, worker => Assert.True(worker.Ok, worker.Detail));
    }

    [Fact]
    public void Restart_OpenConnection_IsCutAtDeadlineAndReported()
    {
        using var fleet = new Supervised(steering: Mode("cbpf"));
        var (service, server) = Sharing(2);
        fleet.Converge(service);
        using var client = new TcpClient();
        client.Connect(server);
        var name = $"web@{Read(client)}";
        var restart = fleet.BeginAsk(new FleetCommand.Restart(), name);
        Deadline.Until(() => fleet.Worker(name) is { IsUpdating: true, Draining: 1 }, "its connection is seen");
        Assert.False(restart.IsCompleted);
        fleet.Advance(UpdateSpec.Default.DrainTimeout + TimeSpan.FromSeconds(1));
        var result = Deadline.Await(restart, "it is replaced");

        Assert.Equal((1, true), (result.Cut, Assert.Single(result.Workers).Ok));
        Assert.Equal((false, null), (fleet.Worker(name).IsUpdating, fleet.Worker(name).Draining));
        Assert.Equal(0, fleet.Ask(new FleetCommand.Restart(), name).Cut);
    }

    [Theory]
    [InlineData(2)] // the worker is replaced
    [InlineData(1)] // it goes for good
    public void Apply_OpenConnection_IsCutAtDeadlineAndReported(int workers)
    {
        using var fleet = new Supervised(steering: Mode("cbpf"));
        var (service, server) = Sharing(2);
        fleet.Converge(service);
        using var client = ConnectedTo("1", server);
        var restarts = workers == 2
            ? service with { Process = service.Process with { WorkingDirectory = Template.TryParse("/", out _) } }
            : service;
        var changed = restarts with { Workers = workers };
        var apply = fleet.BeginConverge(changed);
        Deadline.Until(
            () =>
            {
                fleet.Advance(TimeSpan.FromMilliseconds(5));
                return fleet.Worker("web@1") is { Draining: 1 };
            },
            "its connection is seen");
        fleet.Advance(UpdateSpec.Default.DrainTimeout + TimeSpan.FromSeconds(1));
        Deadline.Until(() => Passes(fleet, apply), "it has settled");

        Assert.Equal(1, Deadline.Await(apply, "it has settled").Cut);
        Assert.Equal(0, fleet.Converge(changed with { Workers = 3 }).Cut);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Stall_SuspendedWorkerOfFour_IsReplacedAndTheOthersServe(string way)
    {
        Assert.SkipUnless(
            way == "ebpf" || MigrationSetting.IsOn, "what waits in a queue is migrated by net.ipv4.tcp_migrate_req alone");
        using var fleet = new Supervised(steering: Mode(way));
        var (service, server) = Sharing(4);
        fleet.Converge(service with { Stall = new StallSpec(TimeSpan.FromSeconds(1), StallAction.Restart) });
        // After this time, the end of the worker is that of a healthy worker.
        fleet.Advance(TimeSpan.FromSeconds(2));
        var stuck = fleet.Worker("web@1").Pid!.Value;
        Supervised.Send(stuck, new Signal(19));
        using var over = new CancellationTokenSource();
        var clients = Enumerable.Range(0, 8).Select(_ => Task.Run(() => KeepAskingAsync(server, over.Token))).ToArray();

        Assert.Equal("web@1", fleet.Log.Take("stalled").Worker);
        fleet.Log.Take("exit", "web@1");
        Deadline.Until(
            () =>
            {
                fleet.Advance(TimeSpan.FromMilliseconds(10));
                return fleet.Worker("web@1") is { State: WorkerState.Ready, Pid: var pid } && pid != stuck;
            },
            "it is replaced");
        over.Cancel();
        foreach (var client in clients) Deadline.Await(client, "each client has its answer");
        Assert.Single(fleet.Log.All("exit"));
    }

    private static bool Passes(Supervised fleet, Task task)
    {
        fleet.Advance(TimeSpan.FromMilliseconds(5));
        return task.IsCompleted;
    }

    private static SteeringMode Mode(string way)
    {
        var best = SteeringMode.Probe();
        var kind = way == "ebpf" ? SteeringKind.Program : SteeringKind.Classic;
        Assert.SkipUnless(best.Kind >= kind, $"not permitted here: {best.Reason}");
        return new SteeringMode(kind, "");
    }

    private static (ServiceSpec Service, IPEndPoint Server) Sharing(int workers)
    {
        var (address, port) = Given.Socket();
        var endpoint = string.Create(CultureInfo.InvariantCulture, $"tcp4,{address},{port}");
        return (
            Given.Listening(Given.Service("web", workers, Checkout.Worker("shares"), "{worker}", endpoint), port),
            new IPEndPoint(IPAddress.Parse(address), port));
    }

    /// <summary>If the kernel chose at random, one worker would get none of so many connections once in 10^26 runs.</summary>
    private static void AllAnswer(IPEndPoint server, int workers)
    {
        var seen = new HashSet<string>();
        for (var question = 0; question < 60 * workers && seen.Count < workers; question++)
        {
            using var client = new TcpClient();
            client.Connect(server);
            seen.Add(Read(client));
        }

        Assert.Equal(workers, seen.Count);
    }

    /// <summary>An open connection to this worker.</summary>
    private static TcpClient ConnectedTo(string worker, IPEndPoint server)
    {
        while (true)
        {
            var client = new TcpClient();
            client.Connect(server);
            if (Read(client) == worker) return client;
            client.Dispose();
        }
    }

    private static async Task KeepAskingAsync(IPEndPoint server, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(server, CancellationToken.None);
            using var reader = new StreamReader(client.GetStream());
            Assert.NotEmpty(await reader.ReadLineAsync(CancellationToken.None) ?? "");
        }
    }

    private static string Read(TcpClient client)
    {
        client.ReceiveTimeout = (int)Deadline.Patience.TotalMilliseconds;
        var buffer = new byte[64];
        return Encoding.ASCII.GetString(buffer, 0, client.GetStream().Read(buffer)).TrimEnd('\n');
    }
}
