using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.Systemd;

/// <summary>A test of the unit. It finds reuseportd stopped and unchanged, without a service, and a journal of its own.</summary>
public abstract class MachineTest(Machine machine) : IAsyncLifetime
{
    /// <summary>Of the services that the tests configure.</summary>
    private protected const int Port = 8080;

    private const string Configuration = "/etc/reuseportd/services.d";
    private const string DaemonFile = "/etc/reuseportd/reuseportd.yaml";
    private const string DropIns = "/run/systemd/system/reuseportd.service.d";

    private string _since = "";

    private protected Machine Machine => machine;

    private protected Journal Journal => machine.Journal;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(machine.Obstacle is not null, $"no systemd can be booted here: {machine.Obstacle}");
        var mark = $"mark {Guid.NewGuid()}";
        await machine.DoAsync(
            "sh", "-c",
            $"""
            systemctl stop reuseportd
            systemctl reset-failed reuseportd 2>/dev/null
            rm -rf {Configuration}/* {DropIns}
            sed -i '/^keep_workers:/d; /^steering:/d; /^agent_check:/d; /^shutdown:/d; /^listen:/d' {DaemonFile}
            systemctl daemon-reload
            logger --journald <<END
            MESSAGE={mark}
            END
            """);
        var entry = await Journal.WaitAsync("the journal is read", found => found.Message == mark);
        Journal.Forget(entry);
        _since = entry["__REALTIME_TIMESTAMP"]!.Insert(entry["__REALTIME_TIMESTAMP"]!.Length - 6, ".");
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        // The journal of the machine helps to find the cause of a failure.
        if (_since.Length == 0 || TestContext.Current.TestState?.Result != TestResult.Failed) return;
        var journal = await machine.RunAsync(
            "journalctl", "--unit=reuseportd", $"--since=@{_since}", "--output=short-precise", "--lines=60");
        TestContext.Current.TestOutputHelper?.WriteLine(journal.Out);
    }

    /// <summary>Writes <c>services.d/NAME.yaml</c>; it counts from the next start or reload on.</summary>
    private protected void Configure(string name, string yaml) =>
        File.WriteAllText(machine.Path($"{Configuration}/{name}.yaml"), yaml);

    /// <summary>
    /// A line of the daemon's own settings, until the end of the test: <c>keep_workers</c>, <c>steering</c>,
    /// <c>agent_check</c> or <c>shutdown</c>.
    /// </summary>
    private protected void SetDaemon(string line) => File.AppendAllText(machine.Path(DaemonFile), line + "\n");

    private protected void Unconfigure(string name) => File.Delete(machine.Path($"{Configuration}/{name}.yaml"));

    /// <summary>The example server, in some copies on <see cref="Port"/>.</summary>
    private protected void ConfigureWeb(int workers, string more = "") => Configure("web", Hello("web", workers, Port, more));

    /// <param name="more">Further keys of the service, indented by four.</param>
    private protected static string Hello(string service, int workers, int port, string more = "") =>
        $$"""
        services:
          {{service}}:
            command: [{{MachineScript.Workers}}/hello, "{{port}}"]
            workers: {{workers}}
            reuseport: { ports: [{{port}}] }
        {{more}}
        """;

    /// <summary>Settings of the unit for this test.</summary>
    private protected async Task OverrideAsync(params string[] settings)
    {
        Directory.CreateDirectory(machine.Path(DropIns));
        await File.WriteAllLinesAsync(machine.Path($"{DropIns}/test.conf"), ["[Service]", .. settings]);
        await machine.DoAsync("systemctl", "daemon-reload");
    }

    /// <summary><c>systemctl VERB reuseportd</c>.</summary>
    private protected Task<Command> UnitAsync(params string[] verb) => machine.RunAsync(["systemctl", .. verb, "reuseportd"]);

    /// <summary><c>systemctl start reuseportd</c>, which must succeed.</summary>
    private protected Task StartAsync() => machine.DoAsync("systemctl", "start", "reuseportd");

    private protected async Task<string> PropertyAsync(string name) =>
        (await machine.DoAsync("systemctl", "show", "reuseportd", "--value", "--property", name)).Trim();

    private protected async Task<int> MainPidAsync() =>
        int.Parse(await PropertyAsync("MainPID"), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Makes another daemon take the workers over.</summary>
    /// <param name="how">reexec, restart, or the signal that ends the present daemon: KILL.</param>
    private protected async Task ReplaceAsync(string how)
    {
        if (how == "reexec") await machine.DoAsync("reuseportctl", "reexec");
        else if (how == "restart") await machine.DoAsync("systemctl", "restart", "reuseportd");
        else await SignalAsync(await MainPidAsync(), how);
    }

    private protected Task UntilAsync(string property, string value) =>
        Deadline.UntilAsync(async () => await PropertyAsync(property) == value, $"{property} is {value}");

    /// <summary>
    /// Entries of <c>journalctl -u reuseportd MATCHES</c> of this test, at least this number. Output of workers and messages of
    /// systemd can come after the end of the command that caused them.
    /// </summary>
    private protected async Task<JournalEntry[]> JournalctlAsync(int least, params string[] matches)
    {
        JournalEntry[] entries = [];
        await Deadline.UntilAsync(
            async () =>
            {
                await machine.DoAsync("journalctl", "--sync");
                var lines = await machine.DoAsync(
                    ["journalctl", "-u", "reuseportd", "-o", "json", "--all", $"--since=@{_since}", .. matches]);
                entries = [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => new JournalEntry(line))];
                return entries.Length >= least;
            },
            $"{least} entries with {string.Join(' ', matches)}");
        return entries;
    }

    /// <summary>The bodies of some answers, each over a connection of its own.</summary>
    private protected async Task<string[]> AskAsync(int port = Port, int times = 1)
    {
        var urls = $"http://127.0.0.1:{port}/?[1-{times}]";
        var answers = await machine.DoAsync("curl", "--silent", "--show-error", "--fail", "--max-time", "10", urls);
        return answers.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>Asserts that these copies, and no other, answer.</summary>
    private protected async Task AllAnswerAsync(int workers, int port = Port)
    {
        // With four copies, one copy gets no connection in one of a thousand such rounds.
        var seen = new HashSet<string>();
        for (var round = 0; round < 5 && seen.Count < workers; round++) seen.UnionWith(await AskAsync(port, times: 30));
        Assert.Equal(workers, seen.Count);
        Assert.Empty(seen.Except(machine.Workers().Select(process => $"worker {process.Worker} pid {process.Pid}")));
    }

    /// <summary>The processes of a service's workers, by number.</summary>
    private protected MachineProcess[] WorkersOf(string service) =>
        [
            .. machine.Workers().Where(process => process.Service == service).OrderBy(process => process.Worker)
                .ThenBy(process => process.Pid)];

    private protected Task SignalAsync(int pid, string signal) => machine.DoAsync("sh", "-c", $"kill -{signal} {pid}");
}
