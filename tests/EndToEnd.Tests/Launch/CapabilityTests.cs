using System.Globalization;
using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Launch;

/// <summary>Servers on a port below 1024 that are not root.</summary>
public sealed class CapabilityTests : DaemonTest
{
    private const int PrivilegedPort = 843;
    private const string Bind = "0000000000000400";
    private const int Nobody = 65_534;

    [Fact]
    public async Task PrivilegedPort_AnotherUserWithTheCapability_IsSharded()
    {
        Root.Require();
        RequirePrivilegedPorts();
        await ConfigureAsync("user: nobody\n    ambient_capabilities: [CAP_NET_BIND_SERVICE]");
        await Daemon.StartAsync("--preload", Daemon.Folder["libreuseport.so"]);

        await AssertBothServeAsync();
        foreach (var field in (string[])["CapInh", "CapPrm", "CapEff", "CapAmb"])
            Assert.Equal(Bind, Processes.Status(Daemon.PidOf("web@0"), field));
        Assert.Equal("1", Processes.Status(Daemon.PidOf("web@0"), "NoNewPrivs"));
    }

    [Fact]
    public async Task PrivilegedPort_AnotherUserWithoutTheCapability_IsRefusedByTheKernel()
    {
        Root.Require();
        RequirePrivilegedPorts();
        await ConfigureAsync("user: nobody\n    readiness: { type: delay, delay: 0s }");
        await Daemon.StartAsync("--preload", Daemon.Folder["libreuseport.so"]);

        var bind = await Daemon.EventAsync("bind", "web@0");
        Assert.Equal("EACCES", bind["REUSEPORT_RESULT"]);
    }

    [Fact]
    public async Task PrivilegedPort_DaemonOfAnOrdinaryUserThatHasTheCapability_HandsItOn()
    {
        Root.Require();
        RequirePrivilegedPorts();
        await AsNobodyAsync("+net_bind_service,+net_raw");
        await ConfigureAsync("ambient_capabilities: [net_bind_service]");
        await Daemon.StartAsync("--preload", Daemon.Folder["libreuseport.so"]);

        await AssertBothServeAsync();
        Assert.Equal($"{Nobody}\t{Nobody}\t{Nobody}\t{Nobody}", Processes.Status(Daemon.PidOf("web@0"), "Uid"));
        foreach (var field in (string[])["CapInh", "CapPrm", "CapEff", "CapAmb"])
            Assert.Equal(Bind, Processes.Status(Daemon.PidOf("web@0"), field));
    }

    [Theory]
    [InlineData("ambient_capabilities: [net_raw]", "prctl ambient=net_raw: EPERM")]
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
        await AsNobodyAsync("-all");
        await ConfigureAsync(keys);
        await Daemon.StartAsync("--preload", Daemon.Folder["libreuseport.so"]);

        var error = await Daemon.EventAsync("spawn_error", "web@1");
        Assert.Matches($"^{expected}$", error["REUSEPORT_REASON"]);
        Assert.Equal(expected.Split(' ')[0], error["REUSEPORT_STEP"]);
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

    /// <summary>
    /// Other users may not be able to enter the checkout, so all programs are copied to the folder of the test.
    /// </summary>
    private async Task ConfigureAsync(string keys)
    {
        await Daemon.Folder.CopyAsync(Artifacts.Library, "libreuseport.so", "644");
        var program = await Daemon.Folder.CopyAsync(Checkout.Worker("hello"), "hello");
        Daemon.Configure($$"""
            services:
              web:
                command: [{{program}}, "{{PrivilegedPort}}", {{Address}}]
                workers: 2
            {{"    "}}{{keys}}
                reuseport: { ports: [{{PrivilegedPort}}] }
            """);
    }

    private async Task AsNobodyAsync(string capabilities)
    {
        Daemon.Folder.Mode("", "777"); // for the control socket
        Daemon.Binary = await Daemon.Folder.CopyAsync(Artifacts.Daemon, "reuseportd");
        Daemon.Wrapper =
        [
            "setpriv", $"--reuid={Nobody}", $"--regid={Nobody}", "--clear-groups",
            $"--inh-caps={capabilities}", $"--ambient-caps={capabilities}",
        ];
    }

    private static void RequirePrivilegedPorts()
    {
        var first = File.ReadAllText("/proc/sys/net/ipv4/ip_unprivileged_port_start").Trim();
        Assert.SkipUnless(int.Parse(first, CultureInfo.InvariantCulture) > PrivilegedPort, "any user may bind any port here");
    }
}
