using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Images;

/// <summary>The image as process 1 of a container, with a read-only root and without privileges.</summary>
public sealed class ContainerTests(Stores stores) : ImageTest(stores)
{
    private const int DaemonUser = 65_532;

    [Theory]
    [InlineData(Stores.Root)]
    [InlineData(Stores.Rootless)]
    public async Task Run_ReadOnlyRoot_WorkersServeAsAnOrdinaryUser(string user)
    {
        await using var container = await StartAsync(Stores.Of(user), Hello(), ReadOnly);
        await AssertFourAnswerAsync();
        var ids = (await container.ExecAsync("sed", "-n", "s/^Uid:\t\\([0-9]*\\).*/\\1/p", "/proc/1/status")).Out.Trim();
        Assert.Equal($"{DaemonUser}", ids);
        Assert.Equal("0000000000000000", Processes.Status(await container.PidAsync(), "CapEff"));
        Assert.NotEqual(0, (await container.ExecAsync("touch", "/etc/reuseportd/new")).Code);

        await container.StopAsync();
        Assert.Equal(0, await container.ExitAsync());
        Assert.Null(container.Log.Broken);
    }

    [Theory]
    [InlineData(Stores.Root)]
    [InlineData(Stores.Rootless)]
    public async Task Run_AnotherUserOfTheContainer_WorkersServe(string user)
    {
        await using var container = await StartAsync(
            Stores.Of(user), Hello(), [.. ReadOnly, "--user=12345:0"]);
        await AssertFourAnswerAsync();
        Assert.Equal(4, (await container.StatusAsync())["workers"]!.AsArray().Count);
    }

    [Theory]
    [InlineData(Stores.Root)]
    [InlineData(Stores.Rootless)]
    public async Task Healthcheck_ControlSocketIsGone_BecomesUnhealthy(string user)
    {
        await using var container = await StartAsync(Stores.Of(user), Hello(), [.. ReadOnly, "--health-retries=1"]);
        Assert.Equal((0, "healthy"), await container.HealthAsync());

        Assert.Equal(0, (await container.ExecAsync("rm", "/run/reuseportd/control.sock")).Code);
        // Failures in the start period do not count.
        await Deadline.UntilAsync(async () => await container.HealthAsync() == (1, "unhealthy"), "the container is unhealthy");
    }

    /// <summary>A worker that ignores SIGTERM ends at the end of its grace period.</summary>
    [Theory]
    [InlineData(Stores.Root)]
    [InlineData(Stores.Rootless)]
    public async Task Stop_WorkerIgnoresSigterm_EndsWithCode0AfterTheGracePeriod(string user)
    {
        await using var container = await StartAsync(Stores.Of(user), """
            services:
              deaf:
                command: [sh, -c, "trap '' TERM; while :; do sleep 0.1; done"]
                readiness: { type: delay, delay: 1s }
                stop_grace_period: 500ms
                reuseport: { ports: any }
              mannered:
                command: [sh, -c, "trap 'exit 7' TERM; while :; do sleep 0.1; done"]
                readiness: { type: delay, delay: 1s }
                reuseport: { ports: any }
            """, ReadOnly);
        await container.StopAsync();

        Assert.Equal(0, await container.ExitAsync());
        var exits = container.Events("exit").ToDictionary(exit => exit["REUSEPORT_SERVICE"]!, exit => exit["EXIT_STATUS"]);
        Assert.Equal(new() { ["deaf"] = $"{Processes.Kill}", ["mannered"] = "7" }, exits);
    }

    [Theory]
    [InlineData(Stores.Root)]
    [InlineData(Stores.Rootless)]
    public async Task Exec_LeavesAnOrphan_IsReaped(string user)
    {
        await using var container = await StartAsync(Stores.Of(user), Hello(), ReadOnly);
        var exec = await container.ExecAsync("sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!");
        var orphan = exec.Out.Trim();
        var init = await container.PidAsync();
        await Deadline.UntilAsync(() => Orphan(init, orphan) is not null, "process 1 has the orphan");
        Processes.Signal(Orphan(init, orphan)!.Value, Processes.Kill);

        await Deadline.UntilAsync(() => Orphan(init, orphan) is null, "the orphan is reaped");
    }

    [Theory]
    [InlineData(Stores.Root)]
    [InlineData(Stores.Rootless)]
    public async Task Worker_IsKilled_IsReplaced(string user)
    {
        await using var container = await StartAsync(Stores.Of(user), Hello(), ReadOnly);
        var dead = container.Events("spawn").Single(spawn => spawn.Worker == "web@2").Pid;
        Assert.Equal(0, (await container.ExecAsync("sh", "-c", $"kill -9 {dead}")).Code);

        var exit = await container.EventAsync("exit", "web@2");
        Assert.Equal(("killed", "9"), (exit["EXIT_CODE"], exit["EXIT_STATUS"]));
        await container.EventAsync("ready", "web@2", after: exit);
        await AssertFourAnswerAsync();
    }

    [Theory]
    [InlineData(Stores.Root)]
    [InlineData(Stores.Rootless)]
    public async Task Run_ServiceOfExitOnFailedFails_EndsTheContainer(string user)
    {
        await using var container = await LaunchAsync(Stores.Of(user), """
            exit_on_failed: [job]
            services:
              job:
                command: ["false"]
                restart: { policy: always, delay: 1ms, max_attempts: 2 }
                reuseport: { ports: any }
            """, ReadOnly);
        Assert.Equal(69, await container.ExitAsync());
        Assert.Single(container.Events("service_failed"));
    }

    [Theory]
    [InlineData(Stores.Root)]
    [InlineData(Stores.Rootless)]
    public async Task Reexec_InTheContainer_WorkersRunOn(string user)
    {
        await using var container = await StartAsync(Stores.Of(user), Hello(), ReadOnly);
        var before = await WorkersAsync(container);
        await container.ControlAsync("reexec");
        await container.EventAsync("started", after: await container.EventAsync("adopted"));

        Assert.Equal(before, await WorkersAsync(container));
        await AssertFourAnswerAsync();
        await container.StopAsync();
        Assert.Equal(0, await container.ExitAsync());
    }

    /// <summary>
    /// Podman gives ordinary users ambient capabilities, which stay with the daemon. Its seccomp profile refuses bpf(2) without
    /// CAP_SYS_ADMIN.
    /// </summary>
    [Theory]
    [InlineData("0")]
    [InlineData("65532")]
    public async Task Run_WithCapabilities_SteersByEbpf(string user)
    {
        var yaml = Hello().Replace("workers: 4", "workers: 4\n    ambient_capabilities: []", StringComparison.Ordinal);
        await using var container = await StartAsync(
            Stores.Of(Stores.Root), yaml,
            [
                .. ReadOnly, $"--user={user}", "--cap-drop=all", "--cap-add=BPF,NET_ADMIN,PERFMON,SYS_PTRACE",
                "--security-opt=seccomp=unconfined",
            ]);
        Assert.Equal("ebpf", (string?)(await container.StatusAsync())["steering"]);
        await AssertFourAnswerAsync();
        var worker = Processes.ChildrenOf(await container.PidAsync()).First(pid => Processes.Status(pid, "Name") == "hello");
        Assert.Equal(user == "0", Processes.Status(worker, "CapEff") != "0000000000000000");
    }

    private static async Task<int[]> WorkersAsync(Container container) =>
        [.. (await container.StatusAsync())["workers"]!.AsArray().Select(worker => (int)worker!["pid"]!)];

    /// <summary>A child of process 1, by its pid in the container.</summary>
    private static int? Orphan(int init, string pid) => Processes.ChildrenOf(init).Cast<int?>().FirstOrDefault(
        child => Processes.Status(child!.Value, "NSpid")?.EndsWith($"\t{pid}", StringComparison.Ordinal) == true);
}
