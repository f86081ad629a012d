using System.Globalization;
using Reuseportd.Linux.Processes;
using Reuseportd.Model;
using Reuseportd.Runtime.Commands;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>
/// Workers that a process of their user traces (ptrace(2)). The kernel gives the exit of such a process to the tracer first.
/// The daemon's waitid(2) finds no exit, although the pidfd is readable.
/// </summary>
public sealed class TracedWorkerTests
{
    private const string User = "54322";

    /// <summary>A busy loop does not sleep at so many checks in a row.</summary>
    private const int Looks = 100;

    [Fact]
    public void Worker_KilledWhileTraced_IsReplacedAtOnceWithItsStatus()
    {
        using var fleet = new Supervised();
        var former = StartTraced(fleet);

        Supervised.Kill(former);
        var exit = TakeExit(fleet, former);

        Assert.Equal(("killed", "9"), (exit.Field("EXIT_CODE"), exit.Field("EXIT_STATUS")));
        Assert.True(ProcessEntry.Of(former)?.IsZombie);
        fleet.Advance(TimeSpan.FromMinutes(1));
        Deadline.Until(
            () => fleet.Worker("victim@0") is { State: WorkerState.Ready, Pid: { } pid } && pid != former,
            "the worker is replaced");
    }

    [Fact]
    public void Worker_EndedWhileTraced_LeavesTheLoopIdleAndIsReapedWhenTheTracerEnds()
    {
        using var fleet = new Supervised();
        var former = StartTraced(fleet);
        Supervised.Kill(former);
        TakeExit(fleet, former);

        var loop = LoopThread();
        Deadline.Until(() => Enumerable.Range(0, Looks).All(_ => IsAsleep(loop)), "the loop is idle");

        Supervised.Kill(fleet.Worker("tracer@0").Pid!.Value);
        Deadline.Until(() => ProcessEntry.Of(former) is null, "the worker is reaped");
    }

    private static int StartTraced(Supervised fleet)
    {
        var tracer = As(Given.Service("tracer", 1, Checkout.Worker("stops-others"), "keep"));
        fleet.Converge(tracer);
        fleet.Lines.Take("tracer@0", "attacking");
        fleet.Converge(tracer, Victim());
        return AwaitTraced(fleet);
    }

    /// <summary>The tracer may miss a start. The daemon then starts another process.</summary>
    private static int AwaitTraced(Supervised fleet)
    {
        var traced = 0;
        Deadline.Until(
            () =>
            {
                if (fleet.Worker("victim@0") is not { State: WorkerState.Ready, Pid: { } pid }) return false;
                if (TracerOf(pid) is not (null or "0")) traced = pid;
                else fleet.Ask(new FleetCommand.Restart(), "victim");
                return traced > 0;
            },
            "the worker is traced");
        return traced;
    }

    private static Happened TakeExit(Supervised fleet, int pid)
    {
        Happened exit;
        do exit = fleet.Log.Take("exit", "victim@0");
        while (exit.Pid != pid);
        return exit;
    }

    /// <summary>Null if the process has ended.</summary>
    private static string? TracerOf(int pid)
    {
        const string field = "TracerPid:";
        return OwnProcess.TryRead(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/status"))?.Split('\n')
            .First(line => line.StartsWith(field, StringComparison.Ordinal))[field.Length..].Trim();
    }

    private static string LoopThread() =>
        Directory.GetDirectories("/proc/self/task").Single(thread => File.ReadAllText(thread + "/comm") == "supervisor\n");

    /// <summary>In proc(5) the state follows the name.</summary>
    private static bool IsAsleep(string thread) =>
        File.ReadAllText(thread + "/stat").Contains(") S ", StringComparison.Ordinal);

    /// <summary>The stop of a process that the tracer holds takes all of the grace period.</summary>
    private static ServiceSpec Victim() => As(Given.Sleepers("victim", 1)) with
    {
        Update = Given.StopFirst,
        Stop = StopSpec.Default with { GracePeriod = TimeSpan.FromSeconds(1) },
    };

    private static ServiceSpec As(ServiceSpec service) =>
        service with { Process = service.Process with { User = User, Group = User } };
}
