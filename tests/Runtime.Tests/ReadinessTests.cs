using System.Globalization;
using Reuseportd.Diagnosis;
using Reuseportd.Linux.Preload;
using Reuseportd.Model;
using Reuseportd.Runtime.Snapshots;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>The condition under which a worker counts as serving.</summary>
public sealed class ReadinessTests
{
    [Fact]
    public void Ready_Udp_NeedsItsBindOnly()
    {
        using var fleet = new Supervised();
        Assert.Equal(2, fleet.Converge(Given.Server("dns", 2, "udp4")).Counts.Ready);
        Assert.Empty(fleet.Log.All("listen"));
    }

    [Fact]
    public void Ready_SeveralPorts_NeedsAllOfThem()
    {
        using var fleet = new Supervised();
        var (address, port) = Given.Socket();
        var other = Given.Socket().Port;
        var service = Given.Listening(
            Given.Service("web", 1, Checkout.Worker("binds"), Text($"tcp4,{address},{port}")), port, other);
        var starting = fleet.BeginConverge(service);
        Deadline.Until(
            () => fleet.Worker("web@0").Reason is StateReason.WaitsForPorts waits && waits.Coverage.Missing == Text($"{other}"),
            "the first port is served");
        Assert.Equal(WorkerState.Starting, fleet.Worker("web@0").State);
        Assert.False(starting.IsCompleted);

        fleet.Converge(service.With(Checkout.Worker("binds"), Text($"tcp4,{address},{port}"), Text($"tcp4,{address},{other}")));
        Assert.Equal(WorkerState.Ready, fleet.Worker("web@0").State);
    }

    [Fact]
    public void Ready_BoundButNotListening_IsNotReady()
    {
        using var fleet = new Supervised();
        var (address, port) = Given.Socket();
        _ = fleet.BeginConverge(
            Given.Listening(Given.Service("web", 1, Checkout.Worker("binds"), Text($"tcp4-,{address},{port}")), port));
        Deadline.Until(() => fleet.Worker("web@0").Binds.Count > 0, "the bind is known");
        Assert.Equal(WorkerState.Starting, fleet.Worker("web@0").State);
    }

    [Fact]
    public void Ready_LibraryWithoutOutcomes_KernelReportsPorts()
    {
        using var fleet = new Supervised();
        var service = Given.Server("web", 2);
        var result = fleet.Converge(service with
        {
            Process = service.Process with { Reuseport = service.Process.Reuseport with { Debug = false } },
        });
        Assert.Equal(2, result.Counts.Ready);
        Assert.Empty(fleet.Log.All("loaded"));
        Assert.Empty(fleet.Log.All("no_preload"));
    }

    [Fact]
    public void Ready_StderrIsNotRead_KernelReportsPorts()
    {
        using var fleet = new Supervised();
        var service = Given.Server("web", 1);
        Assert.Equal(
            1, fleet.Converge(service with { Process = service.Process with { Stderr = new OutputTarget.Null() } }).Counts.Ready);
        var worker = fleet.Worker("web@0");
        Assert.Equal((OutcomesMissing.StderrElsewhere, 0), (worker.OutcomesMissing, worker.Binds.Count));
        Assert.Equal(service.Process.Reuseport.Ports.Ranges.Select(range => range.First), worker.KernelPorts);
    }

    [Fact]
    public void Ready_ProgramClosesStderrFirst_KernelReportsPorts()
    {
        using var fleet = new Supervised();
        var port = Given.Socket().Port;
        var result = fleet.Converge(Given.Listening(
            Given.Service("web", 2, Checkout.Worker("closes-stderr"), port.ToString(CultureInfo.InvariantCulture)), port));
        Assert.Equal(2, result.Counts.Ready);
    }

    /// <summary>The last outcome lines are lost, and no later line reports the loss.</summary>
    [Theory]
    [InlineData(30, 10)]
    [InlineData(6, 3)]
    public void Ready_OutcomeIsLostAndNoLineFollows_KernelReportsPortsBeforeDeadline(int timeout, int asked)
    {
        using var fleet = new Supervised();
        var service = DropsItsLines();
        var starting = fleet.BeginConverge(service with { Readiness = new ReadinessSpec.Bind(TimeSpan.FromSeconds(timeout)) });
        fleet.Lines.Take("web@0", "serves");
        fleet.Log.Take("bind", "web@0");
        // Real time passes, too.
        fleet.Advance(TimeSpan.FromSeconds(asked - 2));
        fleet.Turn();
        Assert.Equal(WorkerState.Starting, fleet.Worker("web@0").State);

        fleet.Advance(TimeSpan.FromSeconds(2.5));
        fleet.Advance(TimeSpan.FromSeconds(0.2));
        Assert.Equal(1, Deadline.Await(starting, "readiness").Counts.Ready);
        Assert.Empty(fleet.Log.All("no_preload"));
    }

    [Fact]
    public void Ready_OutcomeFollowsOutputOnSameLine_IsRead()
    {
        using var fleet = new Supervised();
        var port = Given.Socket().Port;
        const string program =
            "import signal, socket, sys; sys.stderr.write('Starting... '); sys.stderr.flush(); "
            + "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', int(sys.argv[1]))); signal.pause()";
        var result = fleet.Converge(Given.Listening(
            Given.Service("web", 1, "python3", "-c", program, port.ToString(CultureInfo.InvariantCulture)), port));
        Assert.Equal(1, result.Counts.Ready);
        Assert.Equal(["Starting...", ""], fleet.Lines.Take("web@0", "Starting"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Ready_ProgramWithoutLibrary_KernelReportsPortsAndReasonIsKnown(bool throughAShell)
    {
        using var fleet = new Supervised();
        var (address, port) = Given.Socket();
        var (program, socket) = (Checkout.Worker("binds-static"), Text($"tcp4,{address},{port}"));
        var service = throughAShell
            ? Given.Shell("web", 1, $"exec {program} {socket}")
            : Given.Service("web", 1, program, socket);
        var starting = fleet.BeginConverge(Given.Listening(service, port));
        fleet.Lines.Take("web@0", "ready");
        fleet.Advance(TimeSpan.FromSeconds(3));

        Assert.Equal(1, Deadline.Await(starting, "readiness").Counts.Ready);
        fleet.Log.Take("no_preload", "web@0");
        Assert.Equal(new PreloadDiagnosis(PreloadReason.StaticallyLinked, program), fleet.Worker("web@0").Silence);
    }

    /// <summary>A service of one worker has no other sockets on the port, so the cause follows from its own socket.</summary>
    [Theory]
    [InlineData("binds-static", 1)]
    [InlineData("shares-static", 0)]
    public void Ready_WithoutLibrary_IsReportedOnlyIfPortIsNotShared(string name, int causes)
    {
        using var fleet = new Supervised();
        var (address, port) = Given.Socket();
        string[] arguments = name == "shares-static"
            ? ["{worker}", Text($"tcp4,{address},{port}")]
            : [Text($"tcp4,{address},{port}")];
        var starting = fleet.BeginConverge(Given.Listening(Given.Service("web", 1, [Checkout.Worker(name), .. arguments]), port));
        fleet.Log.Take("no_preload", "web@0");
        fleet.Advance(TimeSpan.FromSeconds(3));
        Assert.Equal(1, Deadline.Await(starting, "readiness").Counts.Ready);

        var all = fleet.Snapshot();
        Assert.Equal(causes, new FleetDiagnosis(new PortSurvey(TimeProvider.System)).ExplainCauses(all, all.Workers).Count);
    }

    [Fact]
    public void Ready_OthersStartRepeatedly_KernelReportsPorts()
    {
        using var fleet = new Supervised();
        var silent = Given.Server("web", 1);
        silent = silent with { Process = silent.Process with { Reuseport = silent.Process.Reuseport with { Debug = false } } };
        // This service restarts more often than the daemon asks the kernel.
        var restless = Given.Listening(Given.Shell("restless", 1, "exit 1"), 8080);
        restless = restless with
        {
            Process = restless.Process with { Reuseport = restless.Process.Reuseport with { Debug = false } },
        };
        fleet.Converge(restless);
        fleet.Log.Take("exit", 20);
        Assert.Equal(1, fleet.Converge(restless, silent).Counts.Ready);
    }

    [Fact]
    public void Ready_ByDelay_WhenItHasPassed()
    {
        using var fleet = new Supervised();
        var starting = fleet.BeginConverge(
            Given.Sleepers("web", 1) with
            {
                Readiness = new ReadinessSpec.Delay(TimeSpan.FromMinutes(5), ReadinessSpec.DefaultTimeout),
            });
        fleet.Log.Take("spawn", "web@0");
        fleet.Turn();
        fleet.Advance(TimeSpan.FromMinutes(4));
        Assert.Equal(WorkerState.Starting, fleet.Worker("web@0").State);

        fleet.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(1, Deadline.Await(starting, "the delay").Counts.Ready);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// A server that reports another bind first. Then the server replaces descriptor 2, keeps the pipe open, and listens.
    /// </summary>
    private static ServiceSpec DropsItsLines()
    {
        var port = Given.Socket().Port;
        const string program =
            "import os, signal, socket, sys; u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(('127.0.0.1', 0)); "
            + "os.dup(2); os.dup2(os.open('/dev/null', os.O_WRONLY), 2); "
            + "s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); print('serves', flush=True); signal.pause()";
        return Given.Listening(
            Given.Service("web", 1, "/usr/bin/python3", "-c", program, port.ToString(CultureInfo.InvariantCulture)), port);
    }
}
