namespace EndToEnd.Tests.Systemd;

public sealed class ReloadTests(Machine machine) : SystemdTest(machine)
{
    private const int OtherPort = 8081;

    [Fact]
    public async Task Reload_NewAndRemovedService_TheOthersKeepTheirProcesses()
    {
        ConfigureWeb(workers: 3);
        Configure("old", Hello("old", workers: 1, OtherPort + 1));
        await StartAsync();
        var (daemon, before) = (await MainPidAsync(), WorkersOf("web"));
        Configure("api", Hello("api", workers: 2, OtherPort));
        Unconfigure("old");

        await Machine.DoAsync("systemctl", "reload", "reuseportd");

        await AllAnswerAsync(workers: 2, OtherPort);
        Assert.Equal(before, WorkersOf("web"));
        Assert.Equal(daemon, await MainPidAsync());
        Assert.Empty(WorkersOf("old"));
        await UntilAsync("StatusText", "5 of 5 workers ready");
        Assert.Equal("running", await PropertyAsync("SubState"));
        await Journal.EventAsync("reload");
    }

    [Fact]
    public async Task Reload_BadFile_FailsWithThePlacesAndChangesNothing()
    {
        ConfigureWeb(workers: 2);
        await StartAsync();
        var (daemon, before) = (await MainPidAsync(), Machine.Workers());
        Configure("api", Hello("api", workers: 1, OtherPort, "    restrat: {}\n    umask: red"));

        var reloaded = await UnitAsync("reload");

        Assert.NotEqual(0, reloaded.Code);
        Assert.Contains("journalctl", reloaded.Error, StringComparison.Ordinal);
        var errors = (await JournalctlAsync(2, "SYSLOG_IDENTIFIER=reuseportd", "PRIORITY=3", "REUSEPORT_EVENT=config"))
            .Select(entry => entry.Message).ToArray();
        Assert.Equal(2, errors.Length);
        Assert.StartsWith("/etc/reuseportd/services.d/api.yaml:6:5: services.api.restrat: ", errors[0], StringComparison.Ordinal);
        Assert.StartsWith("/etc/reuseportd/services.d/api.yaml:7:12: ", errors[1], StringComparison.Ordinal);
        Assert.Equal(
            before.Order(Comparer<MachineProcess>.Create((one, other) => one.Pid.CompareTo(other.Pid))),
            Machine.Workers().OrderBy(worker => worker.Pid));
        Assert.Equal((daemon, "running"), (await MainPidAsync(), await PropertyAsync("SubState")));
        await AllAnswerAsync(workers: 2);
    }

    [Fact]
    public async Task Hangup_NewService_IsStarted()
    {
        ConfigureWeb(workers: 1);
        await StartAsync();
        Configure("api", Hello("api", workers: 1, OtherPort));

        await SignalAsync(await MainPidAsync(), "HUP");

        await Journal.EventAsync("reload");
        await AllAnswerAsync(workers: 1, OtherPort);
        await UntilAsync("SubState", "running");
    }
}
