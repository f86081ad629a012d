using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Systemd;

namespace EndToEnd.Tests.Packages;

/// <summary>Another version of the packages is installed while the daemon runs.</summary>
public sealed class UpgradeTests(PackageMachine machine) : PackageTest(machine)
{
    private const int Example = 8084, Datagrams = 8085;

    /// <summary>The later version, then the former one again.</summary>
    [Fact]
    public async Task Upgrade_UnderLoad_ClientsNoticeNothing()
    {
        await StartAsync();
        ConfigureServers();
        await Machine.DoAsync("reuseportctl", "apply");
        var (before, daemon) = (Workers(), await PropertyAsync("MainPID"));
        using var clients = await MachineClients.StartAsync(Machine, [Port, Example], [], Datagrams);
        foreach (var version in new[] { Next, Present })
        {
            var said = await InstallAsync(version);
            Facts.AssertIn(said, $"{before.Length} workers run on");
            await AssertRunsAsync(version, before.Length);
            await clients.AssertFlowsAsync();
        }

        var answered = await clients.StopAsync();
        Assert.Equal(before, Workers());
        Assert.Equal(daemon, await PropertyAsync("MainPID"));
        Report($"two replacements by apt under load: {answered} requests, none failed");
    }

    /// <summary>The daemon is asked at the usual socket only; systemd restarts it, and the workers run on.</summary>
    [Fact]
    public async Task Upgrade_SocketElsewhere_RestartKeepsTheWorkers()
    {
        await InstallAsync(Present);
        SetDaemon("socket: /run/reuseportd/other.sock");
        ConfigureWeb();
        await UnitAsync("start");
        var before = Workers();
        using var load = Load();
        Facts.AssertIn(await InstallAsync(Next), "it is restarted");

        await AssertRunsAsync(Next, Copies, "--socket", "/run/reuseportd/other.sock");
        Assert.Equal(before, Workers());
        Assert.Equal(0, (await load.StopAsync()).Failed);
    }

    [Fact]
    public async Task Upgrade_WorkersEndWithTheDaemon_AreStartedAnew()
    {
        await InstallAsync(Present);
        SetDaemon("keep_workers: false");
        ConfigureWeb();
        await UnitAsync("start");
        var before = Workers();
        Facts.AssertIn(await InstallAsync(Next), "it is restarted");

        await AssertRunsAsync(Next, Copies);
        Assert.Empty(before.Intersect(Workers()));
    }

    /// <summary>A restart would end the workers, and the new daemon would not start: nothing would serve.</summary>
    [Fact]
    public async Task Upgrade_BrokenConfiguration_FormerDaemonAndItsWorkersRunOn()
    {
        await InstallAsync(Present);
        SetDaemon("keep_workers: false");
        ConfigureWeb();
        await UnitAsync("start");
        var (before, daemon) = (Workers(), await PropertyAsync("MainPID"));
        Configure("broken", "services: { broken: { comand: [sleep, 1d] } }");
        Facts.AssertIn(await InstallAsync(Next), "run 'systemctl restart reuseportd'");

        Assert.Equal((daemon, "active"), (await PropertyAsync("MainPID"), await PropertyAsync("ActiveState")));
        await AssertRunsAsync(Present, Copies);
        Assert.Equal(before, Workers());

        File.Delete(Machine.Path("/etc/reuseportd/services.d/broken.yaml"));
        await UnitAsync("restart");
        await AssertRunsAsync(Next, Copies);
    }

    [Fact]
    public async Task Upgrade_SocketOfAnotherDaemonInTheEnvironment_OwnDaemonIsReplaced()
    {
        await StartAsync();
        var before = Workers();
        await Machine.DoAsync(
            "env", "REUSEPORTD_SOCKET=/none", "apt-get", "--quiet", "--yes", "install", Package("reuseportd", Next),
            Package("libreuseport", Next));

        Assert.Equal(before, Workers());
        await AssertRunsAsync(Next, Copies);
    }

    [Fact]
    public async Task Upgrade_PolicyForbidsRestarts_FormerDaemonRunsOn()
    {
        const string policy = "/usr/sbin/policy-rc.d";
        await StartAsync();
        await Machine.DoAsync("sh", "-c", $"printf '#!/bin/sh\\nexit 101\\n' > {policy}; chmod 755 {policy}");
        try
        {
            await InstallAsync(Next);
        }
        finally
        {
            await Machine.DoAsync("rm", policy);
        }

        await AssertRunsAsync(Present, Copies);
    }

    [Fact]
    public async Task Upgrade_StoppedUnit_StaysStopped()
    {
        await StartAsync();
        await UnitAsync("stop");
        await InstallAsync(Next);

        Assert.Equal("inactive", await PropertyAsync("ActiveState"));
        await UnitAsync("start");
        await AssertRunsAsync(Next, Copies);
    }

    [Fact]
    public async Task Upgrade_EditedConfiguration_IsKept()
    {
        await InstallAsync(Present);
        SetDaemon("log_level: debug");
        ConfigureWeb();
        // Services can have secrets.
        await Machine.DoAsync("chmod", "750", "/etc/reuseportd");
        await Machine.DoAsync("chmod", "700", "/etc/reuseportd/services.d");
        var files = await FilesAsync();
        await InstallAsync(Next);

        Assert.Equal(files, await FilesAsync());
        await Machine.DoAsync("systemd-tmpfiles", "--create", "reuseportd.conf");
        Assert.Equal(
            "750\n700\n", await Machine.DoAsync("stat", "--format=%a", "/etc/reuseportd", "/etc/reuseportd/services.d"));
        Assert.Contains("log_level: debug", files, StringComparison.Ordinal);
    }

    private Task<string> FilesAsync() => Machine.DoAsync("grep", "-r", "", "/etc/reuseportd");

    private async Task StartAsync()
    {
        await InstallAsync(Present);
        ConfigureWeb();
        await UnitAsync("start");
    }

    private void ConfigureServers() => Configure("more", $$"""
        services:
          hello:
            command: [{{MachineScript.Workers}}/hello, "{{Example}}"]
            workers: {{Copies}}
            reuseport: { ports: [{{Example}}] }
          shares:
            command: [{{MachineScript.Workers}}/shares, "{worker}", "udp4,127.0.0.1,{{Datagrams}}"]
            workers: {{Copies}}
            reuseport: { ports: [{{Datagrams}}] }
        """);
}
