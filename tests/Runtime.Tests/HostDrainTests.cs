using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Reuseportd.Linux.Steering;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Reuseportd.Runtime.Snapshots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>The drain of the whole host: the grace time, the end of the workers, the way back.</summary>
public sealed class HostDrainTests
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    public static readonly TheoryData<string> Ways = ["ebpf", "cbpf", "none"];

    [Fact]
    public void Drain_GraceTime_WorkersServeAndThenEnd()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 2), Given.Sleepers("api", 1));
        var drain = fleet.BeginAsk(new FleetCommand.Drain(Grace));
        var leaving = fleet.Log.Take("host_drain");
        Assert.Equal(("leaving", "10"), (leaving.Field("REUSEPORT_PHASE"), leaving.Field("REUSEPORT_SECONDS")));
        fleet.Advance(TimeSpan.FromSeconds(9));
        Assert.Equal(new HostSnapshot(HostState.Leaving, fleet.Snapshot().Host.DrainsAt), fleet.Snapshot().Host);
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal(WorkerState.Ready, worker.State));

        fleet.Advance(TimeSpan.FromSeconds(2));
        var done = Deadline.Await(drain, "the host is drained");
        Assert.Equal(["api@0", "web@0", "web@1"], done.Workers.Select(worker => worker.Name.ToString()).Order());
        Assert.All(done.Workers, worker => Assert.Equal((true, WorkerState.Stopped), (worker.Ok, worker.State)));
        Assert.Equal("draining", fleet.Log.Take("host_drain").Field("REUSEPORT_PHASE"));
        fleet.Log.Take("host_drained");
        Assert.Equal(HostState.Drained, fleet.Snapshot().Host.State);
        Assert.Empty(OwnProcess.Children());
    }

    [Fact]
    public void Undrain_DrainedHost_ItsWorkersStart()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 2), Given.Sleepers("api", 2) with { DependsOn = ["web"] });
        fleet.Ask(new FleetCommand.Stop(), "web@1");
        Assert.Equal(TimeSpan.Zero, fleet.Snapshot().Host.Since);
        Drain(fleet);

        var back = fleet.Ask(new FleetCommand.Undrain());
        Assert.Equal(["api@0", "api@1", "web@0"], back.Workers.Select(worker => worker.Name.ToString()).Order());
        Assert.All(back.Workers, worker => Assert.Equal((true, WorkerState.Ready), (worker.Ok, worker.State)));
        Assert.Equal(3, fleet.Log.Take("host_undrain").Number("REUSEPORT_WORKERS"));
        var now = fleet.Snapshot();
        Assert.Equal(HostState.Serving, now.Host.State);
        Assert.InRange(now.Host.Since, Grace, now.Now);
        // A user has stopped it before.
        Assert.Equal(WorkerState.Stopped, fleet.Worker("web@1").State);
    }

    [Fact]
    public void Undrain_DuringTheGraceTime_NoWorkerEnds()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 2));
        var drain = fleet.BeginAsk(new FleetCommand.Drain(Grace));
        fleet.Log.Take("host_drain");
        Assert.Empty(fleet.Ask(new FleetCommand.Undrain()).Workers);
        Assert.Empty(Deadline.Await(drain, "its answer").Workers);

        fleet.Advance(Grace + Grace);
        Assert.Equal(HostState.Serving, fleet.Snapshot().Host.State);
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal((1, WorkerState.Ready), (worker.Generation, worker.State)));
    }

    [Fact]
    public void Undrain_ServingHost_ChangesNothing()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1));
        Assert.Empty(fleet.Ask(new FleetCommand.Undrain()).Workers);
        Assert.Empty(fleet.Log.All("host_undrain"));
    }

    /// <summary>A repeated command cannot hold the host up.</summary>
    [Fact]
    public void Drain_Twice_GraceTimeBecomesShorterOnly()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1));
        var first = fleet.BeginAsk(new FleetCommand.Drain(Grace));
        var second = fleet.BeginAsk(new FleetCommand.Drain(Grace / 2));
        var third = fleet.BeginAsk(new FleetCommand.Drain(Grace * 2));
        fleet.Turn();
        fleet.Advance(Grace / 2);
        foreach (var answer in (Task<CommandResult>[])[first, second, third])
            Assert.True(Assert.Single(Deadline.Await(answer, "the host is drained").Workers).Ok);
        Assert.True(Assert.Single(fleet.Ask(new FleetCommand.Drain(Grace)).Workers).Ok);
    }

    [Fact]
    public void Drain_ClientWaitsNoLonger_GoesOn()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 1));
        var drain = fleet.BeginAsk(new FleetCommand.Drain(Grace));
        fleet.Mailbox.Post(new FleetMessage.AnswerNow(drain));
        Assert.True(Deadline.Await(drain, "its answer").TimedOut);

        fleet.Advance(Grace);
        fleet.Log.Take("host_drained");
    }

    [Fact]
    public void Drain_NoServices_IsDrainedAtOnce()
    {
        using var fleet = new Supervised();
        Assert.Empty(Drain(fleet).Workers);
        fleet.Log.Take("host_drained");
        Assert.Equal(HostState.Drained, fleet.Snapshot().Host.State);
    }

    /// <summary>No command and no file starts a worker of a drained host. All of them hold after the way back.</summary>
    [Fact]
    public void Commands_DrainedHost_ApplyWhenItIsTakenBack()
    {
        using var fleet = new Supervised();
        var web = Given.Sleepers("web", 2);
        fleet.Converge(web, Given.Sleepers("api", 1), Given.Sleepers("old", 1));
        fleet.Ask(new FleetCommand.Stop(), "web");
        Drain(fleet);

        Assert.All(
            fleet.Ask(new FleetCommand.Start(), "web").Workers,
            worker => Assert.Equal(
                (false, true, new CommandObstacle.HostDrained()), (worker.Ok, worker.IsUntouched, worker.Obstacle)));
        fleet.Ask(new FleetCommand.Restart(), "api");
        fleet.Ask(new FleetCommand.Scale(3), "web");
        fleet.Converge(web.With("sleep", "1000"), Given.Sleepers("api", 1), Given.Sleepers("new", 1));
        fleet.Ask(new FleetCommand.Stop(), "web@0");
        Assert.All(fleet.Snapshot().Workers, worker => Assert.Equal(WorkerState.Stopped, worker.State));
        Assert.Empty(OwnProcess.Children());

        fleet.Ask(new FleetCommand.Undrain());
        Assert.Equal(
            ["api@0 Ready", "new@0 Ready", "web@0 Stopped", "web@1 Ready", "web@2 Ready"],
            fleet.Snapshot().Workers.Select(worker => $"{worker.Name} {worker.State}"));
    }

    [Fact]
    public void Drain_WorkersThatDoNotRun_StayAsTheyAre()
    {
        using var fleet = new Supervised();
        fleet.Converge(
            Given.Shell("once", 1, "exit 0") with { Restart = Given.AtOnce with { When = RestartWhen.OnFailure } },
            Given.Shell("bad", 1, "exit 1") with { Restart = Given.AtOnce with { When = RestartWhen.No } });
        fleet.Log.Take("failed", "bad@0");
        fleet.Log.Take("exit", "once@0");
        Drain(fleet);
        fleet.Ask(new FleetCommand.Undrain());
        Assert.Equal((WorkerState.Failed, 1), (fleet.Worker("bad@0").State, fleet.Worker("bad@0").Generation));
        Assert.Equal((WorkerState.Stopped, 1), (fleet.Worker("once@0").State, fleet.Worker("once@0").Generation));
    }

    [Fact]
    public void Drain_WorkerInBackoff_StartsOnTheWayBack()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Shell("bad", 1, "exit 1") with
        {
            Restart = RestartPolicy.Default with { Delay = TimeSpan.FromMinutes(1), MaxDelay = TimeSpan.FromMinutes(1) },
        });
        fleet.Log.Take("backoff", "bad@0");
        Drain(fleet);
        fleet.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(WorkerState.Stopped, fleet.Worker("bad@0").State);
        fleet.Tell(new FleetCommand.Undrain());
        fleet.Log.Take("backoff", "bad@0");
    }

    /// <summary>The daemon is to stop: the host cannot be taken back.</summary>
    [Fact]
    public void DrainForStop_Workers_EndBeforeTheAnswer()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Sleepers("web", 2));
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        fleet.Mailbox.Post(new FleetMessage.DrainForStop(Grace, done));
        fleet.Log.Take("host_drain");
        Assert.True(fleet.Snapshot().Host is { State: HostState.Leaving, IsForStop: true });
        Assert.Throws<TaskCanceledException>(() => fleet.BeginAsk(new FleetCommand.Undrain()).GetAwaiter().GetResult());
        fleet.Advance(Grace);
        Deadline.Await(done.Task, "the host is drained");
        Assert.Empty(OwnProcess.Children());
        fleet.StopAll();
    }

    /// <summary>A stop of the daemon does not wait for the drain.</summary>
    [Fact]
    public void StopAll_DuringTheDrain_EndsTheWorkersAtOnce()
    {
        using var fleet = new Supervised(steering: Mode("cbpf"));
        var (service, server) = Sharing(2);
        fleet.Converge(service);
        using var client = Connect(server);
        fleet.Tell(new FleetCommand.Drain(TimeSpan.Zero));
        Deadline.Until(() => fleet.Snapshot().Workers.Any(worker => worker.Draining == 1), "its connection is seen");
        fleet.StopAll();
    }

    /// <summary>All workers drain at one time, so none takes the connections of the others.</summary>
    [Theory]
    [MemberData(nameof(Ways))]
    public void Drain_OpenConnections_FinishBeforeTheirWorkersEnd(string way)
    {
        using var fleet = new Supervised(steering: Mode(way));
        var (service, server) = Sharing(3);
        fleet.Converge(service);
        var clients = Enumerable.Range(0, 12).Select(_ => Connect(server)).ToArray();
        var drain = fleet.BeginAsk(new FleetCommand.Drain(TimeSpan.Zero));
        Deadline.Until(
            () => fleet.Snapshot().Workers.Sum(worker => worker.Draining ?? 0) == clients.Length, "all connections are seen");
        Assert.False(drain.IsCompleted);
        Assert.Contains(fleet.Snapshot().Workers, worker => worker is { State: WorkerState.Draining, Draining: > 0 });

        foreach (var client in clients) client.Dispose();
        var done = Deadline.Await(drain, "the host is drained");
        Assert.Equal((0, false), (done.Cut, done.TimedOut));
        Assert.All(done.Workers, worker => Assert.True(worker.Ok));

        Assert.All(fleet.Ask(new FleetCommand.Undrain()).Workers, worker => Assert.True(worker.Ok));
        using var again = Connect(server);
        Assert.InRange(Read(again), 0, 2);
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public void Drain_ConnectionThatStays_IsCutAtTheTimeout(string way)
    {
        using var fleet = new Supervised(steering: Mode(way));
        var (service, server) = Sharing(2);
        fleet.Converge(service);
        using var client = Connect(server);
        Assert.InRange(Read(client), 0, 1);
        var drain = fleet.BeginAsk(new FleetCommand.Drain(TimeSpan.Zero));
        Deadline.Until(() => fleet.Snapshot().Workers.Any(worker => worker.Draining == 1), "its connection is seen");
        fleet.Advance(UpdateSpec.Default.DrainTimeout + TimeSpan.FromSeconds(1));
        Assert.Equal(1, Deadline.Await(drain, "the host is drained").Cut);
    }

    /// <summary>The worker cannot serve again before its connections have ended.</summary>
    [Fact]
    public void Undrain_DuringTheDrain_WorkersStartAgainAfterTheirConnections()
    {
        using var fleet = new Supervised(steering: Mode("cbpf"));
        var (service, server) = Sharing(2);
        fleet.Converge(service);
        using var client = Connect(server);
        var drain = fleet.BeginAsk(new FleetCommand.Drain(TimeSpan.Zero));
        Deadline.Until(() => fleet.Snapshot().Workers.Any(worker => worker.Draining == 1), "its connection is seen");
        var back = fleet.BeginAsk(new FleetCommand.Undrain());
        fleet.Turn();
        Assert.False(back.IsCompleted);
        client.Dispose();
        Assert.All(Deadline.Await(back, "all run again").Workers, worker => Assert.True(worker.Ok));
        Assert.True(drain.IsCompleted);
    }

    /// <summary>The update ends with the drain, and the new specification applies on the way back.</summary>
    [Fact]
    public void Drain_RollingUpdateUnderWay_EndsAndApplies()
    {
        using var fleet = new Supervised();
        var web = Given.Sleepers("web", 3) with { Update = Given.StopFirst };
        fleet.Converge(web);
        _ = fleet.BeginConverge(web.With("sleep", "1000") with { Readiness = new ReadinessSpec.Notify(TimeSpan.FromHours(1)) });
        Deadline.Until(() => fleet.Snapshot().Workers.Any(worker => worker.State == WorkerState.Starting), "the update waits");
        Drain(fleet);
        Assert.Empty(OwnProcess.Children());
        fleet.Tell(new FleetCommand.Undrain());
        Deadline.Until(
            () => fleet.Snapshot().Workers.All(worker => worker.State == WorkerState.Starting), "all have the new specification");
    }

    private static CommandResult Drain(Supervised fleet)
    {
        var drain = fleet.BeginAsk(new FleetCommand.Drain(Grace));
        fleet.Log.Take("host_drain");
        fleet.Advance(Grace);
        return Deadline.Await(drain, "the host is drained");
    }

    private static SteeringMode Mode(string way)
    {
        var best = SteeringMode.Probe();
        var kind = way switch { "ebpf" => SteeringKind.Program, "cbpf" => SteeringKind.Classic, _ => SteeringKind.None };
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

    private static TcpClient Connect(IPEndPoint server)
    {
        var client = new TcpClient { ReceiveTimeout = (int)Deadline.Patience.TotalMilliseconds };
        client.Connect(server);
        return client;
    }

    /// <summary>The number of the worker that answers.</summary>
    private static int Read(TcpClient client)
    {
        var buffer = new byte[64];
        return int.Parse(Encoding.ASCII.GetString(buffer, 0, client.GetStream().Read(buffer)), CultureInfo.InvariantCulture);
    }
}
