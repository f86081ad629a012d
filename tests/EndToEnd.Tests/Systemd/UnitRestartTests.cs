using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>A restart of the unit that meets with a delay: the workers run on.</summary>
public sealed class UnitRestartTests(Machine machine) : NextDaemonTest(machine)
{
    /// <summary>A busy host: systemctl(1) needs some seconds for each answer.</summary>
    [Fact]
    public async Task Restart_ServiceManagerAnswersLate_WorkersRunOn()
    {
        const string folder = "/opt/late";
        Directory.CreateDirectory(Machine.Path(folder));
        File.WriteAllText(
            Machine.Path($"{folder}/systemctl"), "#!/bin/sh\nsleep 6\nexec /usr/bin/systemctl \"$@\"\n");
        await Machine.DoAsync("chmod", "755", $"{folder}/systemctl");
        await OverrideAsync($"Environment=PATH={folder}:/usr/bin:/bin");
        ConfigureWeb(workers: 2);
        await StartAsync();

        await AssertRestartKeepsWorkersAsync();
    }

    /// <summary>A state cannot be handed over while the program of a probe runs, and this one does not end.</summary>
    [Fact]
    public async Task Restart_ProgramOfAProbeRuns_WorkersRunOn()
    {
        ConfigureWeb(workers: 2, "    liveness: { type: exec, command: [sleep, 1000s], period: 100ms, timeout: 1h }");
        await StartAsync();
        await Deadline.UntilAsync(
            async () => (await Machine.RunAsync("pgrep", "-x", "sleep")).Out.Split('\n').Length > 2, "each worker has a probe");

        await AssertRestartKeepsWorkersAsync();

        await UnitAsync("stop");
        Assert.Equal(1, (await Machine.RunAsync("pgrep", "-x", "sleep")).Code);
    }

    private async Task AssertRestartKeepsWorkersAsync()
    {
        var started = await Journal.EventAsync("started");
        var before = Servers();
        await ReplaceAsync("restart");
        await Journal.EventAsync("started", after: await Journal.EventAsync("adopted", after: started));
        Assert.Equal(before, Servers());
        Assert.DoesNotContain(Journal.Entries, entry => entry.Event == "stopping");
        await AllAnswerAsync(workers: 2);

        // Without the programs of probes.
        MachineProcess[] Servers() =>
        [
            .. WorkersOf("web").Where(process => Journal.Entries.Any(
                entry => entry.Event == "spawn" && entry["REUSEPORT_PID"] == $"{process.Pid}")),
        ];
    }
}
