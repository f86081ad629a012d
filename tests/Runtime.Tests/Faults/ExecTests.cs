using Reuseportd.Model;
using Runtime.Tests.Harness;

namespace Runtime.Tests.Faults;

/// <summary>Processes that end in their exec, before a word of their program has run.</summary>
public sealed class ExecTests
{
    /// <summary>Past the point of no return there is nobody left whom an errno could be given to: the kernel kills it.</summary>
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
        Assert.Contains("killed by SIG", fleet.Log.Take("failed", "web@0").Field("REUSEPORT_REASON"), StringComparison.Ordinal);
        Assert.Equal(WorkerState.Failed, fleet.Worker("web@0").State);
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

            Assert.Equal(
                $"exec {file}: ENOEXEC (neither a program for this machine nor a script with a #! line)",
                fleet.Log.Take("spawn_error", "web@0").Field("REUSEPORT_REASON"));
            Assert.Equal(WorkerState.Failed, fleet.Worker("web@0").State);
            Assert.Empty(OwnProcess.Children());
        }
        finally
        {
            File.Delete(file);
        }
    }
}
