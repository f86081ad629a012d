using System.Text.Json.Nodes;

namespace EndToEnd.Tests.Systemd;

/// <summary>A drained host over the ends of its daemon, and the drain before a stop of the unit.</summary>
public sealed class HostDrainTests(Machine machine) : SystemdTest(machine)
{
    [Theory]
    [InlineData("KILL")]
    [InlineData("restart")]
    public async Task Drained_DaemonReplaced_HostStaysDrained(string how)
    {
        SetDaemon("agent_check: 127.0.0.1:9181");
        ConfigureWeb(workers: 2);
        await StartAsync();
        var started = await Journal.EventAsync("started");
        await Machine.DoAsync("reuseportctl", "drain", "--lb-grace", "0s");
        await ReplaceAsync(how);
        await Journal.EventAsync("started", after: started);
        Assert.Equal("drained", await HostStateAsync());
        Assert.Empty(Machine.Workers());
        await Machine.DoAsync("sh", "-c", "curl --silent --max-time 10 telnet://127.0.0.1:9181 </dev/null | grep -x maint");

        await Machine.DoAsync("reuseportctl", "undrain");
        Assert.Null(await HostStateAsync());
        await AllAnswerAsync(workers: 2);
        await Machine.DoAsync("reuseportctl", "drain", "--lb-grace", "0s");
        await UnitAsync("stop");
        await StartAsync();
        await AllAnswerAsync(workers: 2);
    }

    /// <summary>The workers drain after the grace time. The unit's own timeout is shorter than that.</summary>
    [Fact]
    public async Task Stop_GraceTimeBeyondTheTimeoutOfTheUnit_IsKept()
    {
        SetDaemon("shutdown: { lb_grace: 6s }");
        await OverrideAsync("TimeoutStopSec=3s");
        ConfigureWeb(workers: 2);
        await StartAsync();
        // A restart keeps the workers, and does not drain.
        await UnitAsync("restart");
        await Journal.EventAsync("adopted");
        Assert.DoesNotContain(Journal.Entries, entry => entry.Event == "host_drain");
        await UnitAsync("stop");
        await Journal.EventAsync("stopped", after: await Journal.EventAsync("host_drained"));
        Assert.Empty(Machine.Workers());
        Assert.Equal("success", (await Machine.RunAsync("systemctl", "show", "-P", "Result", "reuseportd")).Out.Trim());
    }

    private async Task<string?> HostStateAsync()
    {
        var status = await Machine.RunAsync("reuseportctl", "status", "-o", "json");
        return JsonNode.Parse(status.Out)!["host"]?["state"]!.GetValue<string>();
    }
}
