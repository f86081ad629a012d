using Reuseportd.Model;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>Processes that never come to be: what was in the way is said, and tried again or not as the policy has it.</summary>
public sealed class SpawnFailureTests
{
    [Fact]
    public void Spawn_ProgramIsMissing_NamesProgram()
    {
        var (reason, errno) = Fail(Given.Service("web", 1, "/nonexistent/program"));
        Assert.StartsWith("exec /nonexistent/program: ENOENT", reason, StringComparison.Ordinal);
        Assert.Equal("2", errno);
    }

    [Fact]
    public void Spawn_ProgramIsNotInPath_NamesProgram()
    {
        var (reason, errno) = Fail(Given.Service("web", 1, "no-such-program-anywhere"));
        Assert.Equal(("exec no-such-program-anywhere: ENOENT (not found in PATH)", "2"), (reason, errno));
    }

    [Fact]
    public void Spawn_FileIsNotExecutable_HasReason()
    {
        var (reason, errno) = Fail(Given.Service("web", 1, "/etc/passwd"));
        Assert.Equal(("exec /etc/passwd: EACCES (it is not executable)", "13"), (reason, errno));
    }

    [Fact]
    public void Spawn_UserIsUnknown_NamesUser()
    {
        var service = Given.Sleepers("web", 1);
        var (reason, errno) = Fail(service with { Process = service.Process with { User = "no-such-user" } });
        Assert.StartsWith("user 'no-such-user' does not exist", reason, StringComparison.Ordinal);
        Assert.Null(errno);
    }

    [Fact]
    public void Spawn_GroupIsUnknown_NamesGroup()
    {
        var service = Given.Sleepers("web", 1);
        var (reason, errno) = Fail(service with { Process = service.Process with { Group = "no-such-group" } });
        Assert.StartsWith("group 'no-such-group' does not exist", reason, StringComparison.Ordinal);
        Assert.Null(errno);
    }

    [Fact]
    public void Spawn_SupplementaryGroupIsUnknown_NamesGroup()
    {
        var service = Given.Sleepers("web", 1);
        var privileges = PrivilegesSpec.Default with { SupplementaryGroups = ["no-such-group"] };
        var (reason, errno) = Fail(service with { Process = service.Process with { Privileges = privileges } });
        Assert.StartsWith("group 'no-such-group' does not exist", reason, StringComparison.Ordinal);
        Assert.Null(errno);
    }

    [Fact]
    public void Spawn_WorkingDirectoryIsMissing_NamesDirectory()
    {
        var service = Given.Sleepers("web", 1);
        var (reason, _) = Fail(
            service with
            {
                Process = service.Process with { WorkingDirectory = Template.TryParse("/nonexistent/{worker}", out _) },
            });
        Assert.Equal("chdir /nonexistent/0: ENOENT", reason);
    }

    [Fact]
    public void Spawn_EnvironmentFileIsMissing_NamesFile()
    {
        var service = Given.Sleepers("web", 1);
        var (reason, _) = Fail(service with { Process = service.Process with { EnvironmentFiles = ["/nonexistent/file"] } });
        Assert.Equal("env_file /nonexistent/file: ENOENT", reason);
    }

    [Fact]
    public void Spawn_EnvironmentFileIsAFifo_IsNotOpened()
    {
        var service = Given.Sleepers("web", 1);
        var (reason, _) = Fail(service with { Process = service.Process with { EnvironmentFiles = ["/dev/null"] } });
        Assert.Contains("/dev/null", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Spawn_OptionalEnvironmentFileIsMissing_Starts()
    {
        using var fleet = new Supervised();
        var service = Given.Sleepers("web", 1);
        var result = fleet.Converge(
            service with { Process = service.Process with { EnvironmentFiles = ["-/nonexistent/file"] } });
        Assert.Equal(1, result.Counts.Ready);
    }

    [Fact]
    public void Spawn_EnvironmentFileChanges_TheNextProcessHasTheNewValue()
    {
        var file = Path.GetTempFileName();
        try
        {
            using var fleet = new Supervised();
            var service = Given.Shell("web", 1, "echo value $VALUE; exec sleep infinity");
            File.WriteAllText(file, "VALUE=one\n");
            fleet.Converge(service with { Process = service.Process with { EnvironmentFiles = [file] } });
            Assert.Equal(["value", "one"], fleet.Lines.Take("web@0", "value"));

            File.WriteAllText(file, "VALUE=two\n");
            Supervised.Kill(fleet.Worker("web@0").Pid!.Value);
            Assert.Equal(["value", "two"], fleet.Lines.Take("web@0", "value"));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Spawn_FailsRepeatedly_WorkerFails()
    {
        using var fleet = new Supervised();
        fleet.Converge(Given.Service("web", 2, "/nonexistent/program") with { Restart = Given.AtOnce with { MaxAttempts = 3 } });
        Assert.All(fleet.Log.Take("failed", 2), failed =>
            Assert.Contains("exec /nonexistent/program: ENOENT", failed.Field("REUSEPORT_REASON"), StringComparison.Ordinal));
        Assert.Equal(8, fleet.Log.All("spawn_error").Length);
    }

    /// <summary>Reason and errno that the log gives.</summary>
    private static (string? Reason, string? Errno) Fail(ServiceSpec service)
    {
        using var fleet = new Supervised();
        var result = fleet.Converge(service with { Restart = RestartPolicy.Default with { When = RestartWhen.No } });
        Assert.Equal((0, 1), (result.Counts.Ready, result.Counts.Failed));
        var said = fleet.Log.Take("spawn_error", "web@0");
        Assert.Equal(said.Field("REUSEPORT_REASON"), fleet.Worker("web@0").Detail);
        return (said.Field("REUSEPORT_REASON"), said.Field("ERRNO"));
    }
}
