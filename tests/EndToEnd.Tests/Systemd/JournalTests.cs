using System.Globalization;

namespace EndToEnd.Tests.Systemd;

public sealed class JournalTests(Machine machine) : SystemdTest(machine)
{
    [Fact]
    public async Task BindOutcomes_ThreeWorkers_HaveOneEntryEach()
    {
        ConfigureWeb(workers: 3);
        await StartAsync();

        var entries = await JournalctlAsync(3, "REUSEPORT_SERVICE=web", "REUSEPORT_EVENT=bind");

        var pids = WorkersOf("web").Select(worker => (worker.Worker, worker.Pid.ToString(CultureInfo.InvariantCulture)));
        Assert.Equal(
            pids,
            entries.OrderBy(entry => entry["REUSEPORT_WORKER"])
                .Select(entry => (entry["REUSEPORT_WORKER"], entry["REUSEPORT_PID"]!)));
        Assert.All(entries, entry =>
        {
            Assert.StartsWith($"web@{entry["REUSEPORT_WORKER"]}: ", entry.Message, StringComparison.Ordinal);
            Assert.Equal(("6", "reuseportd"), (entry["PRIORITY"], entry["SYSLOG_IDENTIFIER"]));
            Assert.Matches("^[0-9a-f]{32}$", entry["MESSAGE_ID"]);
            Assert.Equal(
                ("inet", "stream", "0.0.0.0"), (entry["REUSEPORT_FAMILY"], entry["REUSEPORT_TYPE"], entry["REUSEPORT_ADDRESS"]));
            Assert.Equal(("8080", "ok"), (entry["REUSEPORT_PORT"], entry["REUSEPORT_RESULT"]));
            Assert.False(entry.Has("ERRNO"));
        });
        // An event whose line comes late is without the descriptor.
        Assert.Contains(entries, entry => entry.Has("REUSEPORT_FD"));
        Assert.Single(entries.Select(entry => entry["MESSAGE_ID"]).Distinct());
    }

    [Fact]
    public async Task BindOutcomes_PortIsTaken_HasTheErrorNumber()
    {
        // Not a port that another test's connections stand on in TIME_WAIT: without an option, bind(2) is refused there.
        const int unusedPort = 8079;
        const string addressInUse = "98";
        Configure(
            "alone", $$"""
            services:
              alone:
                command: [{{MachineScript.Workers}}/binds, "tcp4,0.0.0.0,{{unusedPort}}"]
                workers: 2
                reuseport: { ports: [{{unusedPort}}], reuse_port: false }
                readiness: { type: delay, delay: 0 }
            """);
        await StartAsync();

        var entries = await JournalctlAsync(2, "REUSEPORT_SERVICE=alone", "REUSEPORT_EVENT=bind");

        Assert.Equal(2, entries.Length);
        var failed = Assert.Single(entries, entry => entry.Has("ERRNO"));
        Assert.Equal((addressInUse, "EADDRINUSE", "4"), (failed["ERRNO"], failed["REUSEPORT_RESULT"], failed["PRIORITY"]));
    }

    [Fact]
    public async Task WorkerLines_TextAndBytes_AreUnchanged()
    {
        const int longer = 100 * 1024;
        const string spew = $"{MachineScript.Workers}/spew";
        ConfigureLines(
            "spew",
            $"{spew} 1 {longer}; {spew} 1 20 --invalid-utf8 --stderr; {spew} 1 20 --nul",
            "logging: { line_max: 128KiB }");
        await StartAsync();

        var lines = await JournalctlAsync(3, "SYSLOG_IDENTIFIER=spew");

        Assert.All(
            lines,
            line => Assert.Equal(("spew", "0", "6"), (line["REUSEPORT_SERVICE"], line["REUSEPORT_WORKER"], line["PRIORITY"])));
        Assert.All(lines, line => Assert.Equal($"{WorkersOf("spew").Single().Pid}", line["REUSEPORT_PID"]));
        var errors = Assert.Single(lines, line => line["REUSEPORT_STREAM"] == "stderr");
        Assert.Equal([.. "0 xxxxxxxxxxxxxxxx"u8, 0xC3, 0x28], errors.Bytes("MESSAGE"));
        var output = lines.Where(line => line["REUSEPORT_STREAM"] == "stdout").ToArray();
        Assert.Equal("0 " + new string('x', longer - 2), output[0].Message);
        Assert.Equal([.. "0 xxxxxxxxxxxxxxxxx"u8, 0], output[1].Bytes("MESSAGE"));
    }

    [Fact]
    public async Task WorkerLines_FloodWithinItsRateLimit_IsNotCutByTheJournal()
    {
        const int lines = 10 * MachineScript.RateLimitBurst;
        ConfigureLines("flood", $"{MachineScript.Workers}/spew {lines} 8; echo end", "logging: { rate_limit_burst: 0 }");
        await StartAsync();
        await Journal.WaitAsync("the last line", entry => entry.IsOf("flood") && entry.Message == "end");

        Assert.Equal(lines + 1, Journal.Entries.Count(entry => entry.IsOf("flood") && entry.Has("REUSEPORT_STREAM")));
    }

    /// <summary>A worker that writes lines, without lines of the library.</summary>
    /// <param name="script">For sh; the worker stays when it is through.</param>
    private void ConfigureLines(string service, string script, string more) => Configure(
        service, $$"""
        services:
          {{service}}:
            command: [sh, -c, "{{script}}; exec sleep infinity"]
            reuseport: { ports: any, debug: false }
            readiness: { type: delay, delay: 0 }
            {{more}}
        """);
}
