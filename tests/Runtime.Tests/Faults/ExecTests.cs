using Reuseportd.Model;
using Reuseportd.Slots;
using Runtime.Tests.Harness;

namespace Runtime.Tests.Faults;

/// <summary>Processes that end in their exec, before the first instruction of their program.</summary>
public sealed class ExecTests
{
    /// <summary>After the kernel has discarded the old program, exec cannot fail: the kernel kills the process.</summary>
    [Fact]
    public void Exec_NoMemoryForProgram_EndIsReported()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 1);
        var limits = LimitsSpec.None with { Resources = [new ResourceLimit("as", 64 * 1024)] };
        fleet.Converge(service with
        {
            Process = service.Process with { Limits = limits },
            Readiness = new ReadinessSpec.Delay(TimeSpan.FromHours(1), ReadinessSpec.DefaultTimeout),
            Restart = Given.AtOnce with { MaxAttempts = 3 },
        });

        Assert.All(fleet.Log.Take("exit", 4), exit => Assert.Equal("killed", exit.Field("EXIT_CODE")));
        fleet.Log.Take("failed", "web@0");
        Assert.Equal(WorkerState.Failed, fleet.Worker("web@0").State);
        var failure = Assert.IsType<SlotFailure.GaveUp>(fleet.Worker("web@0").Failure);
        Assert.True(Assert.IsType<SlotFailure.Ended>(failure.Last).Status.Signaled);
        Assert.Empty(OwnProcess.Children());
    }

    [Fact]
    public void Exec_FileIsNoProgram_FailsWithReason()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, "\u007fELF and nothing more");
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            using var fleet = new Supervised();
            fleet.Converge(Given.Service("web", 1, file) with { Restart = RestartPolicy.Default with { When = RestartWhen.No } });

            fleet.Log.Take("spawn_error", "web@0");
            Assert.Equal(WorkerState.Failed, fleet.Worker("web@0").State);
            var error = fleet.Worker("web@0").SpawnError!;
            Assert.Equal(("exec", file, "ENOEXEC"), (error.Step, error.Value, error.Errno.ToString()));
            Assert.Empty(OwnProcess.Children());
        }
        finally
        {
            File.Delete(file);
        }
    }
}
