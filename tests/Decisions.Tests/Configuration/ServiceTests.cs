using Reuseportd.Model;

namespace Decisions.Tests.Configuration;

/// <summary>Cases that golden files cannot have: other contexts, and defaults that depend on other keys.</summary>
public sealed class ServiceTests
{
    [Fact]
    public void Read_OnlyRequiredKeys_HasTheDefaults()
    {
        var service = Given.Service("");
        Assert.Equal(1, service.Workers);
        Assert.True(service.Autostart);
        Assert.Equal(new ReadinessSpec.Bind(TimeSpan.FromSeconds(30)), service.Readiness);
        Assert.Equal(RestartPolicy.Default, service.Restart);
        Assert.Equal(StopSpec.Default, service.Stop);
        Assert.Equal(Signal.Hup, service.ReloadSignal);
        Assert.Equal(UpdateSpec.Default, service.Update);
        Assert.Equal(StallSpec.Default, service.Stall);
        Assert.Equal(LoggingSpec.Default, service.Logging);
        Assert.Equal(Specs.Process("server"), service.Process);
    }

    [Theory]
    [InlineData(6, 6)]
    [InlineData(0, 1)]
    [InlineData(20_000, 10_000)]
    public void Read_WorkersAuto_TakesTheContextsNumber(int auto, int workers)
    {
        var context = Given.Root with { AutoWorkers = auto };
        var result = Given.ReadingService("command: a\nreuseport: { ports: 1 }\nworkers: auto", context);
        Assert.Equal(workers, Assert.Single(result.Fleet!.Services).Workers);
    }

    [Theory]
    [InlineData("user: alice")]
    [InlineData("user: 1000")]
    [InlineData("group: alice")]
    public void Read_OwnAccountWithoutRoot_IsAccepted(string keys) =>
        Assert.Empty(Given.ReadingService(keys + "\ncommand: a\nreuseport: { ports: 1 }", Given.Alice).Errors);

    [Fact]
    public void Read_OtherAccountWithoutRoot_IsRefused()
    {
        Given.AssertError("services.web.user", "user: dns", Given.Alice);
        Given.AssertError("services.web.group", "group: www-data", Given.Alice);
    }

    [Fact]
    public void Read_SupplementaryGroupsWithoutRoot_AreRefused() =>
        Given.AssertError("services.web.supplementary_groups", "supplementary_groups: [dns]", Given.Alice);

    [Fact]
    public void Read_AmbientCapabilitiesThatAnOrdinaryUserHolds_AreAcceptedWithoutAWarning()
    {
        var result = Given.ReadingService(
            "command: a\nreuseport: { ports: 1 }\nambient_capabilities: net_bind_service",
            Given.Alice with { Held = Capability.NetBindService.Bit });
        Assert.Empty(result.Errors);
        Assert.Empty(result.Warnings);
    }

    [Theory]
    [InlineData("supplementary_groups: [dns]", "supplementary_groups: dns", true)]
    [InlineData("supplementary_groups: []", "", false)]
    [InlineData("no_new_privileges: false", "", false)]
    [InlineData("ambient_capabilities: [net_raw, kill]", "ambient_capabilities: [CAP_KILL, NET_RAW]", true)]
    [InlineData("ambient_capabilities: []", "", false)]
    [InlineData("limits: { io_class: best-effort }", "limits: { io_class: best-effort, io_priority: 4 }", true)]
    [InlineData("limits: { io_class: best-effort }", "", false)]
    [InlineData("limits: { scheduling_policy: other }", "", false)]
    public void Read_TwoForms_HaveEqualOrDifferentProcesses(string one, string other, bool same)
    {
        // A worker whose process spec has changed is restarted.
        const string user = "user: alice\n";
        Assert.Equal(same, Given.Service(user + one).Process == Given.Service(user + other).Process);
    }

    [Fact]
    public void Read_SameUserInManyServices_IsLookedUpOnce()
    {
        var lookups = 0;
        var context = Given.Root with { FindUser = _ => (uint)Interlocked.Increment(ref lookups) };
        var result = Given.Reading("services: { a: &a { command: a, user: x, reuseport: { ports: 1 } }, b: *a, c: *a }", context);
        Assert.Empty(result.Errors);
        Assert.Equal(1, lookups);
    }

    [Theory]
    [InlineData("restart: { max_delay: 50ms }", 50, 50)]
    [InlineData("restart: { delay: 1m }", 60_000, 60_000)]
    [InlineData("restart: { delay: 1s }", 1_000, 30_000)]
    public void Read_OnlyOneDelay_AdaptsTheOther(string keys, int delay, int most)
    {
        var restart = Given.Service(keys).Restart;
        Assert.Equal((TimeSpan.FromMilliseconds(delay), TimeSpan.FromMilliseconds(most)), (restart.Delay, restart.MaxDelay));
    }

    [Theory]
    [InlineData("update: { max_surge: 3 }", 3, 0, "StartFirst")]
    [InlineData("update: { max_unavailable: 2 }", 1, 2, "StartFirst")]
    [InlineData("update: { max_surge: 0 }", 0, 1, "StopFirst")]
    [InlineData("update: { max_surge: 0, max_unavailable: 2 }", 0, 2, "StopFirst")]
    [InlineData("update: { order: stop-first }", 0, 1, "StopFirst")]
    [InlineData("update: { order: start-first }", 1, 0, "StartFirst")]
    public void Read_OnlyOneUpdateLimit_LeavesRoomToReplaceAWorker(string keys, int surge, int unavailable, string order)
    {
        var update = Given.Service(keys).Update;
        Assert.Equal((surge, unavailable, order), (update.MaxSurge, update.MaxUnavailable, update.Order.ToString()));
    }

    [Fact]
    public void Read_PlaceholdersOutsideTemplates_AreLiteral()
    {
        var service = Given.Service(
            "env_file: /etc/{service}\nstdout: \"file:/log/{service}-{worker}\"\nworking_dir: \"/srv/{{x\"");
        Assert.Equal("/etc/{service}", Assert.Single(service.Process.EnvironmentFiles));
        Assert.Equal(new OutputTarget.File("/log/{service}-{worker}"), service.Process.Stdout);
        Assert.Equal("/srv/{x", service.Process.WorkingDirectory!.Expand(new WorkerName("web", 0)));
    }

    [Fact]
    public void Read_LimitsInAnotherOrder_AreTheSame() => Assert.Equal(
        Given.Service("limits: { core: 0, nofile: 10, rlimit_nice: 3 }").Process.Limits,
        Given.Service("limits: { rlimit_nice: 3, nofile: 10, core: 0 }").Process.Limits);

    [Fact]
    public void Read_TooManyPortsOrAddresses_IsRefused()
    {
        var ports = string.Join(',', Enumerable.Range(1, 257));
        var addresses = string.Join(',', Enumerable.Range(1, 65).Select(n => $"10.0.0.{n}"));
        Given.AssertError("services.web.reuseport.ports", $"reuseport: {{ ports: [{ports}] }}");
        Given.AssertError("services.web.reuseport.address", $"reuseport: {{ ports: 1, address: [{addresses}] }}");
    }

    [Theory]
    [InlineData("10")]
    [InlineData("1023KiB")]
    public void Read_MemoryBelowOneMebibyte_IsRefused(string size) =>
        Given.AssertError("services.web.recycle.max_memory", $"recycle: {{ max_memory: {size} }}");

    [Fact]
    public void Read_SocketPathTooLong_IsRefused() =>
        Assert.Equal("socket", Assert.Single(Given.Reading($"socket: /run/{new string('x', 103)}").Errors).Path);

    [Fact]
    public void Read_SameTextTwice_IsEqual() => Assert.Equal(
        Given.Service("environment: { A: b }\nlimits: { nofile: 3 }\nreadiness: { type: exec, command: a b }"),
        Given.Service("environment: { A: b }\nlimits: { nofile: 3 }\nreadiness: { type: exec, command: a b }"));

    [Fact]
    public void Read_GroupLimitOutsideOfTheDaemon_IsAWarning()
    {
        var result = Given.ReadingService(
            "command: server\nreuseport: { ports: 8080 }\nlimits: { memory_max: 1GiB, tasks_max: infinity }",
            Given.Root with { Controllers = null });
        Assert.Empty(result.Errors);
        var warning = Assert.Single(result.Warnings);
        Assert.Equal("services.web.limits.memory_max", warning.Path);
        Assert.Contains("'memory'", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_CapabilityOfAnotherUserOutsideOfTheDaemon_IsAWarning()
    {
        var result = Given.ReadingService(
            "command: server\nreuseport: { ports: 80 }\nambient_capabilities: net_bind_service",
            Given.Alice with { Controllers = null });
        Assert.Empty(result.Errors);
        Assert.Equal("services.web.ambient_capabilities", Assert.Single(result.Warnings).Path);
    }

    [Theory]
    [InlineData("method: kernel", "method")]
    [InlineData("privileged_ports: true", "privileged_ports")]
    [InlineData("method: auto", null)]
    public void Read_KernelMethodCannotBeUsed_IsAWarning(string keys, string? key)
    {
        var result = Given.ReadingService(
            $"command: server\nreuseport: {{ ports: 80, {keys} }}", Given.Root with { NoKernelMethod = "no control groups" });
        Assert.Empty(result.Errors);
        Assert.Equal(key is null ? [] : [$"services.web.reuseport.{key}"], result.Warnings.Select(warning => warning.Path));
        Assert.All(
            result.Warnings, warning => Assert.Contains("no control groups", warning.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_GroupLimitChanges_ProcessDiffers() => Assert.NotEqual(
        Given.Service("limits: { cpu_quota: 50% }").Process, Given.Service("limits: { cpu_quota: 60% }").Process);
}
