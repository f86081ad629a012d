using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Packages;

/// <summary>Packages on a machine that has no other packages than a bare system.</summary>
public sealed class InstallTests(PackageMachine machine) : PackageTest(machine)
{
    [Fact]
    public async Task Install_BareSystem_ServesAfterSixLines()
    {
        await InstallAsync(Present);
        Assert.Equal(("enabled", "inactive"), (await PropertyAsync("UnitFileState"), await PropertyAsync("ActiveState")));
        ConfigureWeb();
        await UnitAsync("start");

        await AssertRunsAsync(Present, Copies);
        using var load = Load();
        await Machine.DoAsync("reuseportctl", "restart", "web");
        var (answered, failed, _) = await load.StopAsync();
        Assert.Equal(0, failed);
        Assert.InRange(answered, 1, int.MaxValue);
        Report((await Machine.DoAsync("dpkg-query", "-W", "-f", "${Package} ${Installed-Size} KiB\n", "*reuseport*")).Trim());
    }

    [Fact]
    public async Task Install_Group_MayUseTheControlSocket()
    {
        await InstallAsync(Present);
        await UnitAsync("start");

        Assert.Equal(
            "660 root reuseportd", (await Machine.DoAsync("stat", "--format=%a %U %G", "/run/reuseportd/control.sock")).Trim());
        Assert.Equal("1", (await Machine.DoAsync("cat", "/proc/sys/net/ipv4/tcp_migrate_req")).Trim());
    }

    [Fact]
    public async Task Install_Files_AreThoseOfTheSourceInstallation()
    {
        await InstallAsync(Present);
        using var folder = new TemporaryFolder();
        // Only the names of the files matter.
        foreach (var built in new[] { "bin/reuseportd", "bin/reuseportctl", "lib/libreuseport.so" })
            folder.Write($"out/{built}", "", "755");
        await Systemd.Installation.MakeAsync(
            "install", $"OUT={folder["out"]}", $"DESTDIR={folder["root"]}", "PREFIX=/usr");

        var installed = await Machine.DoAsync("dpkg-query", "-L", "reuseportd", "libreuseport");
        var packaged = installed.Split('\n').Select(path => path.Replace(".gz", "", StringComparison.Ordinal))
            .Select(path => path.StartsWith("/lib/", StringComparison.Ordinal) ? "/usr" + path : path).ToHashSet();
        var missing = Directory.EnumerateFiles(folder["root"], "*", SearchOption.AllDirectories)
            .Select(path => path[folder["root"].Length..]).Except(packaged);
        Assert.Empty(missing);
        await Machine.DoAsync("test", "-s", "/usr/lib/reuseportd/libreuseport.so");
        await Machine.DoAsync("grep", "-q", "Apache License", "/usr/share/doc/reuseportd/THIRD-PARTY-NOTICES");
        Assert.Equal(
            "755\n755\n", await Machine.DoAsync("stat", "--format=%a", "/etc/reuseportd", "/etc/reuseportd/services.d"));
    }

    [Fact]
    public async Task Library_Alone_SharesAPort()
    {
        await AptAsync("install", Package("libreuseport", Present));
        var before = Machine.Journal.Entries;
        foreach (var copy in new[] { "one", "two" })
            await Machine.DoAsync(
                "systemd-run", "--quiet", $"--unit={copy}", "--setenv=LD_PRELOAD=libreuseport.so",
                "--setenv=LIBREUSEPORT_DEBUG=1", "python3", "-m", "http.server", $"{Port}");

        await Deadline.UntilAsync(() => Listening() == 2, "both copies listen");
        var without = await Machine.RunAsync(
            "systemd-run", "--quiet", "--wait", "--collect", "python3", "-m", "http.server", $"{Port}");
        Assert.NotEqual(0, without.Code);
        await Machine.DoAsync("systemctl", "stop", "one", "two");

        int Listening() => Machine.Journal.Entries.Except(before).Count(entry =>
            entry.Message.StartsWith("libreuseport:listen:", StringComparison.Ordinal)
            && entry.Message.EndsWith(" result=ok", StringComparison.Ordinal));
    }
}
