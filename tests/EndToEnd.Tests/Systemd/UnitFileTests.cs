namespace EndToEnd.Tests.Systemd;

/// <summary>Installed files other than the binaries.</summary>
public sealed class UnitFileTests(Machine machine) : SystemdTest(machine)
{
    private const string MigrateRequests = "net.ipv4.tcp_migrate_req";

    [Fact]
    public async Task Unit_Verified_HasNoComplaint()
    {
        var verified = await Machine.RunAsync("systemd-analyze", "verify", "reuseportd.service");

        Assert.Equal((0, "", ""), (verified.Code, verified.Out, verified.Error));
    }

    [Fact]
    public async Task Unit_Enabled_IsWantedByMultiUserTarget()
    {
        await Machine.DoAsync("systemctl", "enable", "--quiet", "reuseportd");
        Assert.Contains(
            "reuseportd.service",
            await Machine.DoAsync("systemctl", "list-dependencies", "--plain", "multi-user.target"),
            StringComparison.Ordinal);

        await Machine.DoAsync("systemctl", "disable", "--quiet", "reuseportd");
    }

    [Fact]
    public async Task Sysusers_AppliedAtBoot_HasMadeTheGroupOfTheControlSocket()
    {
        await Machine.DoAsync("systemd-sysusers", "--dry-run", "/usr/lib/sysusers.d/reuseportd.conf");
        ConfigureWeb(workers: 1);
        await StartAsync();

        Assert.Equal(
            "660 root reuseportd", (await Machine.DoAsync("stat", "--format=%a %U %G", "/run/reuseportd/control.sock")).Trim());
    }

    [Fact]
    public async Task Tmpfiles_WithoutTheDirectories_MakesThem()
    {
        await Machine.DoAsync("mv", "/etc/reuseportd", "/etc/aside");
        try
        {
            var made = await Machine.RunAsync("systemd-tmpfiles", "--create", "/usr/lib/tmpfiles.d/reuseportd.conf");

            Assert.Equal((0, "", ""), (made.Code, made.Out, made.Error));
            Assert.Equal(
                "755 root root", (await Machine.DoAsync("stat", "--format=%a %U %G", "/etc/reuseportd/services.d")).Trim());
        }
        finally
        {
            await Machine.DoAsync("sh", "-c", "rm -rf /etc/reuseportd && mv /etc/aside /etc/reuseportd");
        }
    }

    [Fact]
    public async Task Sysctl_AppliedAsAtBoot_IsSet()
    {
        await Machine.DoAsync("systemctl", "restart", "systemd-sysctl");

        Assert.Equal("1", await ReadAsync(MigrateRequests));
    }

    [Fact]
    public async Task Sysctl_Off_IsTurnedOnByTheStart()
    {
        await Machine.DoAsync("sysctl", "--quiet", $"{MigrateRequests}=0");
        await StartAsync();

        Assert.Equal("1", await ReadAsync(MigrateRequests));
    }

    [Fact]
    public async Task Sysctl_SetByTheAdministrator_IsUnchanged()
    {
        const string own = "/etc/sysctl.d/60-own.conf";
        await File.WriteAllTextAsync(Machine.Path(own), $"{MigrateRequests} = 0\n");
        try
        {
            await StartAsync();

            Assert.Equal("0", await ReadAsync(MigrateRequests));
        }
        finally
        {
            File.Delete(Machine.Path(own));
            await Machine.DoAsync("systemctl", "restart", "systemd-sysctl");
        }
    }

    private async Task<string> ReadAsync(string setting) => (await Machine.DoAsync("sysctl", "--values", setting)).Trim();
}
