using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Packages;

/// <summary>Packages that are removed, purged and installed again.</summary>
public sealed class RemovalTests(PackageMachine machine) : PackageTest(machine)
{
    [Fact]
    public async Task Remove_RunningDaemon_StopsTheWorkersAndKeepsTheConfiguration()
    {
        await StartAsync();
        await AptAsync("remove", "reuseportd");

        await AssertNothingRunsAsync();
        await Machine.DoAsync("test", "-e", "/etc/reuseportd/services.d/web.yaml");
        await Machine.DoAsync("test", "-e", Configuration);

        await InstallAsync(Present);
        await UnitAsync("start");
        await AssertRunsAsync(Present, Copies);
    }

    /// <summary>The scripts of dpkg for a removal that fails after the unit was stopped.</summary>
    [Fact]
    public async Task Remove_Fails_DaemonIsStartedAgain()
    {
        await StartAsync();
        await Machine.DoAsync("sh", "-ec", """
            cd /var/lib/dpkg/info
            export DPKG_MAINTSCRIPT_PACKAGE=reuseportd
            ./reuseportd.prerm remove
            if systemctl --quiet is-active reuseportd; then exit 1; fi
            ./reuseportd.postinst abort-remove
            """);

        await AssertRunsAsync(Present, Copies);
    }

    /// <summary>Only the group of the control socket stays.</summary>
    [Fact]
    public async Task Purge_RunningDaemon_LeavesNothing()
    {
        await StartAsync();
        Assert.NotEqual("", await LeftAsync());
        await AptAsync("purge", "reuseportd", "libreuseport");

        await AssertNothingRunsAsync();
        Assert.Equal("", await LeftAsync());
        Assert.StartsWith(
            "reuseportd:", await Machine.DoAsync("getent", "group", "reuseportd"), StringComparison.Ordinal);

        await StartAsync();
        await AssertRunsAsync(Present, Copies);
    }

    private async Task StartAsync()
    {
        await InstallAsync(Present);
        ConfigureWeb();
        await UnitAsync("start");
    }

    private async Task AssertNothingRunsAsync()
    {
        Assert.Empty(Machine.Workers());
        await Deadline.UntilAsync(
            () => !Directory.EnumerateDirectories(Machine.Path("/proc")).Any(IsOurs), "the daemon and the guard have ended");

        static bool IsOurs(string process)
        {
            try
            {
                return File.ReadAllText($"{process}/comm").StartsWith("reuseport", StringComparison.Ordinal);
            }
            catch (Exception none) when (none is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    private async Task<string> LeftAsync() => (await Machine.DoAsync(
        "find", "/", "/run", "-xdev", "-path", PackageMachine.Folder, "-prune", "-o", "-name", "*reuseport*", "-print")).Trim();
}
