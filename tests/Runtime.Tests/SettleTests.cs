using System.Globalization;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Workers that are ready only after the settle time.</summary>
public sealed class SettleTests
{
    /// <summary>No test waits for this time: tests advance the clock.</summary>
    private static readonly TimeSpan Settle = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan Limit = TimeSpan.FromHours(1);

    [Theory]
    [InlineData("tcp4", true)]
    [InlineData("udp4", true)]
    [InlineData("tcp4", false)]
    public void Ready_SocketsAreOpenAtTheEnd_IsReady(string protocol, bool debug)
    {
        using var fleet = new Supervised();
        var service = Given.Server("web", 2, protocol);
        var reuseport = service.Process.Reuseport with { Debug = debug };
        service = service with { Process = service.Process with { Reuseport = reuseport } };
        var starting = fleet.BeginConverge(service with { Readiness = Spec(new ReadinessSpec.Bind(Limit)) });
        AwaitSettling(fleet, "web@0", "web@1");
        Assert.False(starting.IsCompleted);

        fleet.Advance(Settle);
        Assert.Equal(2, Deadline.Await(starting, "readiness").Counts.Ready);
    }

    [Fact]
    public void Ready_SocketClosesWhileSettling_SettlesAgainWithTheNext()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        var (address, port) = Given.Socket();
        const string program =
            """
            import os, signal, socket, sys, time
            where = (sys.argv[1], int(sys.argv[2]))
            server = socket.create_server(where)
            while not os.path.exists(sys.argv[3]): time.sleep(0.002)
            server.close()
            print('closed', flush=True)
            while not os.path.exists(sys.argv[4]): time.sleep(0.002)
            server = socket.create_server(where)
            signal.pause()
            """;
        string[] where = [address, port.ToString(CultureInfo.InvariantCulture)];
        var service = Given.Listening(
            Given.Service("web", 1, ["python3", "-c", program, .. where, folder["close"], folder["open"]]), port);
        var starting = fleet.BeginConverge(service with { Readiness = Spec(new ReadinessSpec.Bind(Limit)) });
        AwaitSettling(fleet, "web@0");
        folder.Write("close", "");
        fleet.Lines.Take("web@0", "closed");

        fleet.Advance(Settle);
        Deadline.Until(
            () => fleet.Worker("web@0").Reason is StateReason.WaitsForPorts { Coverage.IsWhole: false } waits
                  && waits.AtMost == Limit,
            "the worker waits for its port again");
        folder.Write("open", "");
        AwaitSettling(fleet, "web@0");
        fleet.Advance(Settle);

        Assert.Equal(1, Deadline.Await(starting, "readiness").Counts.Ready);
    }

    [Fact]
    public void Ready_ExitWhileSettling_WasNeverReady()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        var service = Given.Shell("web", 1, $"while ! test -e {folder["end"]}; do sleep 0.01; done; exit 3");
        _ = fleet.BeginConverge(service with { Readiness = Spec(new ReadinessSpec.Delay(TimeSpan.Zero, Limit)) });
        AwaitSettling(fleet, "web@0");
        folder.Write("end", "");

        fleet.Log.Take("backoff", "web@0");
        Assert.Empty(fleet.Log.All("ready"));
    }

    [Fact]
    public void Ready_ProbeFailsWhileSettling_SettlesAgain()
    {
        using var folder = new TemporaryFolder();
        using var fleet = new Supervised();
        string[] words = ["test", "-e", folder["well"]];
        var check = new ProbeSpec.Exec(new([.. words.Select(word => Template.TryParse(word, out _)!)]));
        var readiness = Spec(new ReadinessSpec.Probed(check, TimeSpan.FromMilliseconds(20), Limit));
        var service = Given.Sleepers("web", 1) with { Readiness = readiness };
        folder.Write("well", "");
        var starting = fleet.BeginConverge(service);
        AwaitSettling(fleet, "web@0");
        File.Delete(folder["well"]);
        fleet.Log.Take("probe_failed", "web@0");
        Deadline.Until(() => !IsSettling(fleet.Worker("web@0"), Settle), "web@0 does not settle");
        fleet.Advance(Settle);
        fleet.Log.Take("probe_failed", "web@0");
        Assert.Equal(WorkerState.Starting, fleet.Worker("web@0").State);

        folder.Write("well", "");
        AwaitSettling(fleet, "web@0");
        fleet.Advance(Settle);
        Assert.Equal(1, Deadline.Await(starting, "readiness").Counts.Ready);
    }

    [Fact]
    public void Ready_NotSettledAtTimeout_IsReported()
    {
        using var fleet = new Supervised();
        var service = Given.Server("web", 1);
        var settle = Settle - TimeSpan.FromTicks(1);
        var readiness = new ReadinessSpec.Bind(Settle) { Settle = settle };
        _ = fleet.BeginConverge(service with { Readiness = readiness });
        Deadline.Until(() => IsSettling(fleet.Worker("web@0"), settle), "web@0 settles");
        fleet.Advance(Settle);
        Assert.Equal("settle", fleet.Log.Take("readiness_timeout", "web@0").Field("REUSEPORT_MISSING"));
    }

    private static ReadinessSpec Spec(ReadinessSpec readiness) => readiness with { Settle = Settle };

    private static void AwaitSettling(Supervised fleet, params string[] workers)
    {
        foreach (var worker in workers) Deadline.Until(() => IsSettling(fleet.Worker(worker), Settle), $"{worker} settles");
    }

    private static bool IsSettling(WorkerSnapshot worker, TimeSpan settle) =>
        worker.Reason is StateReason.Settles settles && settles.For == settle;
}
