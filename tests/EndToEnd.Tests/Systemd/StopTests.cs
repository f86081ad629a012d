using System.Diagnostics;

namespace EndToEnd.Tests.Systemd;

public sealed class StopTests(Machine machine) : SystemdTest(machine)
{
    [Fact]
    public async Task Stop_WorkerThatIgnoresTheSignal_IsKilledAfterItsGracePeriod()
    {
        ConfigureWeb(workers: 3);
        ConfigureStubborn("1s");
        await StartAsync();
        await Journal.WaitAsync("it ignores", entry => entry.IsOf("stubborn") && entry.Message == "ignoring");

        var took = await StopAsync();

        Assert.InRange(took, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(8));
        Assert.Equal("killed", (await Journal.EventAsync("exit", "stubborn"))["EXIT_CODE"]);
    }

    [Fact]
    public async Task Stop_GracePeriodLongerThanTheUnitsTimeout_IsKept()
    {
        // ExecStopPost= has this time, too.
        await OverrideAsync("TimeoutStopSec=2s");
        ConfigureStubborn("4s");
        await StartAsync();
        await Journal.WaitAsync("it ignores", entry => entry.IsOf("stubborn") && entry.Message == "ignoring");

        var took = await StopAsync();

        Assert.InRange(took, TimeSpan.FromSeconds(3.9), TimeSpan.FromSeconds(17));
        await Journal.EventAsync("stopped");
        Assert.DoesNotContain(Journal.Entries, entry => entry.Message.Contains("timed out", StringComparison.Ordinal));
    }

    private void ConfigureStubborn(string grace) => Configure(
        "stubborn", $$"""
        services:
          stubborn:
            command: [{{MachineScript.Workers}}/ignore-term]
            reuseport: { ports: any }
            readiness: { type: delay, delay: 0 }
            stop_grace_period: {{grace}}
        """);

    /// <summary>Stops the unit, of which nothing may be left.</summary>
    /// <returns>The duration of the stop.</returns>
    private async Task<TimeSpan> StopAsync()
    {
        var clock = Stopwatch.StartNew();
        await Machine.DoAsync("systemctl", "stop", "reuseportd");
        var took = clock.Elapsed;
        Assert.Equal(("inactive", "success"), (await PropertyAsync("ActiveState"), await PropertyAsync("Result")));
        Assert.Empty(Machine.Workers());
        Assert.False(Path.Exists(Machine.Path("/run/reuseportd")));
        return took;
    }
}
