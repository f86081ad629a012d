using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Launch;

/// <summary>Servers on a port below 1024 that are not root.</summary>
public sealed class CapabilityTests : DaemonTest
{
    private const int PrivilegedPort = 843;
    private const string Bind = "0000000000000400";

    [Fact]
    public async Task PrivilegedPort_AnotherUserWithTheCapability_IsSharded()
    {
        Root.Require();
        PrivilegedPorts.Require(PrivilegedPort);
        await ConfigureAsync("user: nobody\n    ambient_capabilities: [CAP_NET_BIND_SERVICE]");
        await Daemon.StartWithLibraryAsync();

        await AssertBothServeAsync();
        foreach (var field in (string[])["CapInh", "CapPrm", "CapEff", "CapAmb"])
            Assert.Equal(Bind, Processes.Status(Daemon.PidOf("web@0"), field));
        Assert.Equal("1", Processes.Status(Daemon.PidOf("web@0"), "NoNewPrivs"));
    }

    [Fact]
    public async Task PrivilegedPort_AnotherUserWithoutTheCapability_IsRefusedByTheKernel()
    {
        Root.Require();
        PrivilegedPorts.Require(PrivilegedPort);
        await ConfigureAsync("user: nobody\n    readiness: { type: delay, delay: 0s }");
        await Daemon.StartWithLibraryAsync();

        var bind = await Daemon.EventAsync("bind", "web@0");
        Assert.Equal("EACCES", bind["REUSEPORT_RESULT"]);
    }

    [Fact]
    public async Task PrivilegedPort_DaemonOfAnOrdinaryUserThatHasTheCapability_HandsItOn()
    {
        Root.Require();
        PrivilegedPorts.Require(PrivilegedPort);
        await Daemon.BecomeOrdinaryAsync("+net_bind_service,+net_raw");
        await ConfigureAsync("ambient_capabilities: [net_bind_service]");
        await Daemon.StartWithLibraryAsync();

        await AssertBothServeAsync();
        var user = OrdinaryDaemon.User;
        Assert.Equal($"{user}\t{user}\t{user}\t{user}", Processes.Status(Daemon.PidOf("web@0"), "Uid"));
        foreach (var field in (string[])["CapInh", "CapPrm", "CapEff", "CapAmb"])
            Assert.Equal(Bind, Processes.Status(Daemon.PidOf("web@0"), field));
    }

    [Theory]
    [InlineData("limits: { scheduling_policy: fifo, scheduling_priority: 50 }", "sched_setscheduler fifo:50: EPERM")]
    [InlineData("limits: { io_class: realtime, io_priority: 0 }", "ioprio_set realtime:0: EPERM")]
    [InlineData("limits: { nice: -5 }", "setpriority nice=-5: EACCES")]
    [InlineData("limits: { oom_score_adj: -1000 }", "oom_score_adj -1000: EACCES")]
    [InlineData(
        "limits: { memlock: infinity, rtprio: 99 }",
        @"setrlimit (memlock=infinity|rtprio=99): EPERM \(.* \d+\)")]
    public async Task OrdinaryUser_StepThatNeedsARight_IsReported(string keys, string expected)
    {
        Root.Require();
        await Daemon.BecomeOrdinaryAsync();
        await ConfigureAsync(keys);
        await Daemon.StartWithLibraryAsync();

        var error = await Daemon.EventAsync("spawn_error", "web@1");
        Assert.Matches($"^{expected}$", error["REUSEPORT_REASON"]);
        Assert.Equal(expected.Split(' ')[0], error["REUSEPORT_STEP"]);
    }

    [Fact]
    public async Task OrdinaryUser_CapabilityThatTheDaemonDoesNotHold_IsAnErrorOfTheConfiguration()
    {
        Root.Require();
        await Daemon.BecomeOrdinaryAsync();
        await ConfigureAsync("ambient_capabilities: [net_raw]");
        Daemon.Launch("--preload", await Daemon.LibraryCopyAsync());

        const int configuration = 78;
        Assert.Equal(configuration, await Daemon.ExitAsync());
        Facts.AssertIn(Daemon.Errors, "services.web.ambient_capabilities", "'net_raw'", "AmbientCapabilities=");
    }

    private async Task AssertBothServeAsync()
    {
        foreach (var worker in (string[])["web@0", "web@1"])
        {
            var listen = await Daemon.EventAsync("listen", worker);
            Assert.Equal(("ok", "1"), (listen["REUSEPORT_RESULT"], listen["REUSEPORT_MATCHED"]));
        }

        await Copies.AllAnswerAsync(["0", "1"], async () => (await Ask.HttpAsync(Address, PrivilegedPort)).Split(' ')[1]);
    }

    private async Task ConfigureAsync(string keys)
    {
        var program = await Daemon.WorkerCopyAsync("hello");
        Daemon.Configure($$"""
            services:
              web:
                command: [{{program}}, "{{PrivilegedPort}}", {{Address}}]
                workers: 2
            {{"    "}}{{keys}}
                reuseport: { ports: [{{PrivilegedPort}}] }
            """);
    }
}
