using System.Text.Json.Nodes;
using EndToEnd.Tests.Harness;
using EndToEnd.Tests.Systemd;

namespace EndToEnd.Tests.Platforms;

/// <summary>The unit with the systemd and the libc of a <see cref="SystemMachine"/>, on the kernel of this host.</summary>
[Collection<SystemCollection>]
public sealed class UnitTests(SystemMachine machine) : MachineTest(machine)
{
    private const int Workers = 4;

    /// <summary>Replacements of the daemon.</summary>
    private const int Times = 3;

    /// <summary>A former systemd says that it does not know a setting, and goes on. These systems have no man(1).</summary>
    [Fact]
    public async Task Unit_Verified_HasNoComplaint()
    {
        var verified = await Machine.RunAsync("systemd-analyze", "verify", "--man=no", "reuseportd.service");
        Assert.Equal((0, ""), (verified.Code, verified.Out));
        // Ubuntu's systemd 249 also complains of units of its own.
        Assert.DoesNotContain("reuseportd", verified.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_Service_SharesItsPort()
    {
        ConfigureWeb(Workers);
        await StartAsync();
        await AssertShareAsync(WorkersOf("web"));
        Assert.Equal("ebpf", (string?)(await StatusAsync())["steering"]);
        Assert.Equal(
            Workers, (await JournalctlAsync(Workers, "REUSEPORT_EVENT=bind", "REUSEPORT_SERVICE=web")).Length);
        await UnitAsync("stop");
        Assert.Empty(Machine.Workers());
    }

    [Theory]
    [InlineData("kernel")]
    [InlineData("seccomp")]
    public async Task Start_StaticProgram_SharesItsPort(string method)
    {
        Configure("web", $$"""
            services:
              web:
                command: [{{MachineScript.Workers}}/hello-static, "{{Port}}"]
                workers: {{Workers}}
                reuseport: { ports: [{{Port}}], method: {{method}} }
            """);
        await StartAsync();
        Assert.All(
            (await StatusAsync())["workers"]!.AsArray(), worker => Assert.Equal(method, (string?)worker!["method"]));
        await AssertShareAsync(WorkersOf("web"));
    }

    [Fact]
    public async Task Reload_MoreWorkers_OnlyTheNewOnesStart()
    {
        ConfigureWeb(2);
        await StartAsync();
        var before = WorkersOf("web");
        ConfigureWeb(3);
        await Machine.DoAsync("systemctl", "reload", "reuseportd");
        var after = WorkersOf("web");
        Assert.Equal(before, after[..2]);
        await AssertShareAsync(after);
    }

    [Fact]
    public async Task Reload_FileHasAnError_Fails()
    {
        ConfigureWeb(2);
        await StartAsync();
        Configure("web", "services: { web: { workers: none } }\n");
        Assert.NotEqual(0, (await UnitAsync("reload")).Code);
        Assert.Equal(2, WorkersOf("web").Length);
    }

    /// <summary>A new process image, the descriptors of systemd's store, or those that systemd keeps during a restart.</summary>
    [Theory]
    [InlineData("reexec")]
    [InlineData("KILL")]
    [InlineData("restart")]
    public async Task Daemon_IsReplaced_WorkersRunOn(string how)
    {
        ConfigureWeb(Workers);
        await StartAsync();
        var (before, last) = (WorkersOf("web"), await Journal.EventAsync("started"));
        for (var time = 0; time < Times; time++)
        {
            await ReplaceAsync(how);
            last = await Journal.EventAsync("started", after: await Journal.EventAsync("adopted", after: last));
            Assert.Equal(before, WorkersOf("web"));
        }

        await AssertShareAsync(before);
        Assert.DoesNotContain(Journal.Entries, entry => entry.Event is "exit" or "not_adopted" or "not_replaced");
    }

    private async Task<JsonNode> StatusAsync() => JsonNode.Parse(await Machine.DoAsync("reuseportctl", "status", "-o", "json"))!;

    /// <summary>Each of these processes answers.</summary>
    private async Task AssertShareAsync(MachineProcess[] workers)
    {
        var answers = await Machine.DoAsync($"{MachineScript.Workers}/asks", "127.0.0.1", $"{Port}", "100");
        Assert.Equal(
            workers.Select(process => $"worker {process.Worker} pid {process.Pid}").Order(StringComparer.Ordinal),
            answers.Split('\n', StringSplitOptions.RemoveEmptyEntries).Distinct().Order(StringComparer.Ordinal));
    }
}
