using System.Globalization;
using Reuseportd.Model;
using Runtime.Tests.Harness;

namespace Runtime.Tests;

/// <summary>A start that fails is reported with its step and errno, and retried as the restart policy says.</summary>
public sealed class SpawnFailureTests
{
    [Fact]
    public void Spawn_ProgramIsMissing_NamesProgram()
    {
        var error = Fail(Given.Service("web", 1, "/nonexistent/program"));
        Assert.Equal(("exec", "/nonexistent/program", Errno.NotFound), (error.Step, error.Value, error.Errno));
    }

    [Fact]
    public void Spawn_ProgramIsNotInPath_NamesProgram()
    {
        var error = Fail(Given.Service("web", 1, "no-such-program-anywhere"));
        Assert.Equal(("exec", "no-such-program-anywhere", Errno.NotFound), (error.Step, error.Value, error.Errno));
    }

    [Fact]
    public void Spawn_FileIsNotExecutable_HasReason()
    {
        var error = Fail(Given.Service("web", 1, "/etc/passwd"));
        Assert.Equal(("exec", "/etc/passwd", Errno.AccessDenied), (error.Step, error.Value, error.Errno));
        Assert.NotNull(error.Barrier);
    }

    [Fact]
    public void Spawn_UserIsUnknown_NamesUser()
    {
        var service = Given.Sleepers("web", 1);
        AssertNames("no-such-user", Fail(service with { Process = service.Process with { User = "no-such-user" } }));
    }

    [Fact]
    public void Spawn_GroupIsUnknown_NamesGroup()
    {
        var service = Given.Sleepers("web", 1);
        AssertNames("no-such-group", Fail(service with { Process = service.Process with { Group = "no-such-group" } }));
    }

    [Fact]
    public void Spawn_SupplementaryGroupIsUnknown_NamesGroup()
    {
        var service = Given.Sleepers("web", 1);
        var privileges = PrivilegesSpec.Default with { SupplementaryGroups = ["no-such-group"] };
        AssertNames("no-such-group", Fail(service with { Process = service.Process with { Privileges = privileges } }));
    }

    [Fact]
    public void Spawn_WorkingDirectoryIsMissing_NamesDirectory()
    {
        var service = Given.Sleepers("web", 1);
        var error = Fail(
            service with
            {
                Process = service.Process with { WorkingDirectory = Template.TryParse("/nonexistent/{worker}", out _) },
            });
        Assert.Equal(("chdir", "/nonexistent/0", Errno.NotFound), (error.Step, error.Value, error.Errno));
    }

    [Fact]
    public void Spawn_EnvironmentFileIsMissing_NamesFile()
    {
        var service = Given.Sleepers("web", 1);
        var error = Fail(service with { Process = service.Process with { EnvironmentFiles = ["/nonexistent/file"] } });
        Assert.Equal(("env_file", "/nonexistent/file", Errno.NotFound), (error.Step, error.Value, error.Errno));
    }

    [Fact]
    public void Spawn_EnvironmentFileIsAFifo_IsNotOpened()
    {
        var service = Given.Sleepers("web", 1);
        var error = Fail(service with { Process = service.Process with { EnvironmentFiles = ["/dev/null"] } });
        Assert.Equal(("env_file", Errno.InvalidArgument), (error.Step, error.Errno));
        Assert.Contains("/dev/null", error.Value, StringComparison.Ordinal);
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
            Assert.Contains("/nonexistent/program", failed.Field("REUSEPORT_REASON"), StringComparison.Ordinal));
        Assert.Equal(8, fleet.Log.All("spawn_error").Length);
    }

    /// <summary>The error of the start. The log and the status have the same error.</summary>
    private static SpawnError Fail(ServiceSpec service)
    {
        using var fleet = new Supervised();
        var result = fleet.Converge(service with { Restart = RestartPolicy.Default with { When = RestartWhen.No } });
        Assert.Equal((0, 1), (result.Counts.Ready, result.Counts.Failed));
        var error = fleet.Worker("web@0").SpawnError!;
        var logged = fleet.Log.Take("spawn_error", "web@0");
        Assert.Equal(error.ToString(), logged.Field("REUSEPORT_REASON"));
        Assert.Equal((error.Step, error.Errno), (logged.Field("REUSEPORT_STEP"), ErrnoOf(logged)));
        return error;
    }

    private static Errno ErrnoOf(Happened logged) =>
        logged.Field("ERRNO") is { } number ? new Errno(int.Parse(number, CultureInfo.InvariantCulture)) : Errno.None;

    /// <summary>The sentence for an unknown name has no errno.</summary>
    private static void AssertNames(string name, SpawnError error)
    {
        Assert.Contains($"'{name}'", error.Step, StringComparison.Ordinal);
        Assert.Equal(Errno.None, error.Errno);
    }
}
