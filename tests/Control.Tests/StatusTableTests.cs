using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control.Output;

namespace Control.Tests;

public sealed class StatusTableTests
{
    [Fact]
    public void Format_Workers_AreInColumns()
    {
        var status = Given.Status(
            Given.Worker("web@0"),
            Given.Worker("web@10", "backoff") with
            {
                Pid = null, Generation = 12, Restarts = 11, Uptime = null, NextTry = 25.2, LastExit = "exit code 1",
                Detail = "exit code 1",
                CpuPercent = null, Memory = null,
                Binds = [new BindStatus("bind", "stream", "127.0.0.1", 8080, Sharded: true, "EADDRINUSE")],
            },
            Given.Worker("dns@0", "failed") with
            {
                Pid = null, Uptime = null, CpuPercent = null, Memory = null, LastExit = "killed by SIGSEGV (core dumped)",
                Binds = [], Detail = "exec dnsmasq: ENOENT",
            });
        Assert.Equal(
            """
            reuseportd 1.2.3, up 60m, 1 of 3 workers ready; changes on disk: none
            tcp_migrate_req: on
            WORKER  STATE    READY  PID   GEN  BIND          UPTIME  RESTARTS  LAST-EXIT     NEXT-TRY  CPU   MEM
            web@0   ready    59s    4242  1    8080          59s     0         -             -         2.1%  12M
            web@10  backoff  -      -     12   8080:EADDRI~  -       11        code 1        25s       -     -
            dns@0   failed   -      -     1    -             -       0         SIGSEGV+core  -         -     -

            web@10: exit code 1
            dns@0: exec dnsmasq: ENOENT

            """,
            StatusTable.Format(status));
    }

    [Fact]
    public void Format_Wide_CutsNothing()
    {
        var name = new string('n', 64) + "@9999";
        var status = Given.Status(Given.Worker(name) with { LastExit = "killed by SIGSEGV (core dumped)", Detail = "why\e[31m" });
        var row = StatusTable.Format(status, wide: true).Split('\n')[3];
        Assert.StartsWith(name, row, StringComparison.Ordinal);
        Assert.Contains("killed by SIGSEGV (core dumped)", row, StringComparison.Ordinal);
        Assert.EndsWith("why\\x1b[31m", row, StringComparison.Ordinal);
    }

    /// <summary>The longest value of each column.</summary>
    [Fact]
    public void Format_LongValues_FitAHundredColumns()
    {
        var worker = Given.Worker(new string('n', 64) + "@9999", "starting") with
        {
            Pid = 4_194_304, Generation = 99_999, Restarts = 99_998, LastExit = "killed by SIGRTMIN+12 (core dumped)",
            CpuPercent = 6400, Memory = 1L << 40,
            Binds = [
                .. Enumerable.Range(8000, 40)
                    .Select(port => new BindStatus("listen", "stream", "0.0.0.0", port, Sharded: true, "ok"))],
            Detail = string.Join(' ', Enumerable.Repeat("because", 60)),
        };
        Assert.All(StatusTable.Format(Given.Status(worker, worker)).Split('\n'), line => Assert.InRange(line.Length, 0, 100));
    }

    /// <summary>A pipe or a file has no width.</summary>
    [Fact]
    public void Format_NoTerminal_CutsAndWrapsNothing()
    {
        var name = new string('n', 64) + "@9999";
        var detail = string.Join(' ', Enumerable.Repeat("because", 60));
        var worker = Given.Worker(name, "backoff") with
        {
            Pid = null, Detail = detail,
            Binds = [
                .. Enumerable.Range(8000, 9)
                    .Select(port => new BindStatus("bind", "stream", "127.0.0.1", port, Sharded: true, "EADDRINUSE"))],
        };
        var lines = StatusTable.Format(Given.Status(worker), width: Screen.Endless).Split('\n');
        Assert.StartsWith($"{name}  backoff  ", lines[3], StringComparison.Ordinal);
        Assert.Contains(
            string.Join(',', Enumerable.Range(8000, 9).Select(port => $"{port}:EADDRINUSE")), lines[3], StringComparison.Ordinal);
        Assert.Equal($"{name}: {detail}", lines[5]);
        Assert.DoesNotContain('~', StatusTable.Format(Given.Status(worker), width: Screen.Endless));
    }

    /// <summary>Binds and exits are cut before names.</summary>
    [Fact]
    public void Format_NarrowTable_KeepsNamesWhole()
    {
        var failed = Given.Worker("payments@10", "backoff") with
        {
            Pid = null, Uptime = null, NextTry = 25, LastExit = "killed by SIGRTMIN+12 (core dumped)", CpuPercent = null,
            Memory = null,
            Binds = [new BindStatus("bind", "stream", "127.0.0.1", 8080, Sharded: true, "EADDRINUSE")],
        };
        var lines = StatusTable.Format(Given.Status(Given.Worker("payments@9"), failed)).Split('\n');
        Assert.StartsWith("payments@10  backoff  ", lines[4], StringComparison.Ordinal);
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 100));
    }

    [Theory]
    [InlineData("payment-gateway-of-europe@10", "payment-gateway-of-europe@11")]
    [InlineData("eu-payment-gateway@1", "us-payment-gateway@1")]
    [InlineData("payment-gateway-one@1", "payment-gateway-two@1")]
    [InlineData("a-service-with-x-in-its-middle@1", "a-service-with-y-in-its-middle@1")]
    public void Format_NarrowTable_KeepsNamesApart(string one, string other)
    {
        var lines = StatusTable.Format(Given.Status([.. new[] { one, other }.Select(name => Given.Worker(name, "backoff") with
        {
            NextTry = 25, Pid = 4_194_304, Restarts = 99_998, LastExit = "killed by SIGRTMIN+12 (core dumped)",
        })])).Split('\n');
        var shown = lines[3..5].Select(line => line.Split(' ')[0]).ToArray();
        Assert.NotEqual(shown[0], shown[1]);
        Assert.EndsWith(one[one.IndexOf('@', StringComparison.Ordinal)..], shown[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Format_ServicesScaledByCommand_NamesThem() => Assert.Contains(
        "\nscaled by hand: web to 5 workers (its file: 2); dns to 1 worker (its file: 0)\nWORKER ",
        StatusTable.Format(Given.Status() with { Scaled = [new ScaledService("web", 5, 2), new ScaledService("dns", 1, 0)] }),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("leaving", 8.2, "host: leaving its load balancers; workers drain in 8s")]
    [InlineData("draining", null, "host: draining")]
    [InlineData("drained", null, "host: drained; 'reuseportctl undrain' takes it back")]
    public void Format_HostThatDoesNotServe_IsALine(string state, double? left, string line) => Assert.Equal(
        line, StatusTable.Format(Given.Status() with { Host = new HostStatus(state, left) }).Split('\n')[2]);

    [Fact]
    public void Format_WorkersTakenOver_HasTheirNumberBelowTheHead() => Assert.Equal(
        "daemon: started 3d ago, adopted 11 of 12 workers 5m ago",
        StatusTable.Format(Given.Status() with { Uptime = 259_200, Adopted = new AdoptedWorkers(11, 12, 301) }).Split('\n')[2]);

    [Fact]
    public void Format_ManyWorkersWithOneDetail_HasItOnce()
    {
        var status = Given.Status(
            [
                .. Enumerable.Range(0, 1000)
                    .Select(index => Given.Worker($"web@{index}", "backoff") with { Detail = "exit code 1" })]);
        Assert.EndsWith(
            "\n\nweb@0, web@1, web@2, web@3 and 996 more: exit code 1\n", StatusTable.Format(status), StringComparison.Ordinal);
    }

    [Fact]
    public void Format_Colour_AppliesToTheStateOnly()
    {
        var text = StatusTable.Format(Given.Status(Given.Worker("web@0"), Given.Worker("web@1", "failed")), colour: true);
        Assert.Contains("web@0   \e[32mready\e[0m   59s", text, StringComparison.Ordinal);
        Assert.Contains("web@1   \e[31mfailed\e[0m  -", text, StringComparison.Ordinal);
        Assert.DoesNotContain("\e[", StatusTable.Format(Given.Status(Given.Worker("web@0"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, null, "xterm", true)]
    [InlineData(true, "", null, true)]
    [InlineData(true, "1", "xterm", false)]
    [InlineData(true, null, "dumb", false)]
    [InlineData(false, null, "xterm", false)]
    public void AreWanted_Colours_OnATerminalOnly(bool terminal, string? noColor, string? term, bool wanted) =>
        Assert.Equal(wanted, Colours.AreWanted(terminal, noColor, term));

    [Fact]
    public void Format_EndedWorker_HasNoServedPort() => Assert.Contains(
        "web@0   backoff  -      -    1    -     -",
        StatusTable.Format(Given.Status(Given.Worker("web@0", "backoff") with { Pid = null, Uptime = null })),
        StringComparison.Ordinal);

    /// <summary>The worker has no outcome lines, and the ports come from the kernel.</summary>
    [Theory]
    [InlineData(42, "8080,8081")]
    [InlineData(null, "-")]
    public void Format_PortsFromTheKernelOnly_AreShown(int? pid, string shown) =>
        Assert.Equal(shown, Row(Given.Worker("web@0") with { Binds = [], KernelPorts = [8080, 8081], Pid = pid })[5]);

    [Fact]
    public void Format_UpdateInProgress_HasItsCounts()
    {
        var status = Given.Status(Given.Worker("web@0") with { Detail = "not replaced: exit code 3" }) with
        {
            Updates =
            [
                new ServiceUpdate("api", 0, 2, Paused: false), new ServiceUpdate("dns", 2, 4, Paused: false) { Rollback = true },
                new ServiceUpdate("web", 1, 3, Paused: true) { Failure = "web@0: exit code 3\e[2J" },
            ],
        };
        const string lines = """

            api: 0 of 2 workers are new
            dns: 2 of 4 workers are rolled back
            web: 1 of 3 workers is new; stopped at web@0: exit code 3\x1b[2J; paused: see 'reuseportctl resume'
                and 'rollback'

            """;
        Assert.EndsWith(lines + "\nweb@0: not replaced: exit code 3\n", StatusTable.Format(status), StringComparison.Ordinal);
        Assert.EndsWith(lines, StatusTable.Format(status, wide: true), StringComparison.Ordinal);
    }

    [Fact]
    public void Format_NoWorkers_IsTheHeaderOnly() => Assert.Equal(
        """
        reuseportd 1.2.3, up 60m, 0 of 0 workers ready; changes on disk: none
        tcp_migrate_req: on
        WORKER  STATE  READY  PID  GEN  BIND  UPTIME  RESTARTS  LAST-EXIT  NEXT-TRY  CPU  MEM

        """,
        StatusTable.Format(Given.Status()));

    [Theory]
    [InlineData(null, null, null, "")]
    [InlineData(true, null, null, "; changes on disk: yes")]
    [InlineData(null, null, false, "\ntcp_migrate_req: off")]
    [InlineData(false, "ebpf", true, "; changes on disk: none\nsteering: ebpf; tcp_migrate_req: on")]
    [InlineData(null, "none", null, "\nsteering: none")]
    public void Format_Header_HasTheState(bool? pending, string? steering, bool? migration, string end) => Assert.StartsWith(
        $"reuseportd 1.2.3, up 60m, 0 of 0 workers ready{end}\nWORKER ",
        StatusTable.Format(Given.Status() with { Pending = pending, Steering = steering, TcpMigrateReq = migration }),
        StringComparison.Ordinal);

    [Fact]
    public void Format_Wide_HasConnectionsIfTheyAreCounted()
    {
        var lines = StatusTable.Format(
            Given.Status(Given.Worker("web@0") with { Given = 1234, Migrated = 7 }, Given.Worker("idle@0")),
            wide: true).Split('\n');
        Assert.EndsWith("  MEM  GIVEN  MIGRATED  DETAIL", lines[2], StringComparison.Ordinal);
        Assert.EndsWith("  12M  1234   7", lines[3], StringComparison.Ordinal);
        Assert.EndsWith("  12M  -      -", lines[4], StringComparison.Ordinal);
        Assert.DoesNotContain(
            "GIVEN", StatusTable.Format(Given.Status(Given.Worker("web@0")), wide: true), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0ms")]
    [InlineData(0.25, "250ms")]
    [InlineData(1, "1s")]
    [InlineData(119.4, "119s")]
    [InlineData(120, "2m")]
    [InlineData(7199, "120m")]
    [InlineData(7200, "2h")]
    [InlineData(172_799, "48h")]
    [InlineData(172_800, "2d")]
    [InlineData(31_536_000, "365d")]
    public void Format_Durations_AreRoundedToOneUnit(double seconds, string expected) =>
        Assert.Contains(
            $", up {expected}, ", StatusTable.Format(Given.Status() with { Uptime = seconds }), StringComparison.Ordinal);

    [Fact]
    public void Format_OverdueTry_IsNotNegative() =>
        Assert.Equal("0ms", Row(Given.Worker("web@0", "backoff") with { NextTry = -0.5 })[9]);

    [Theory]
    [InlineData("", "-")]
    [InlineData("bind stream 80 sharded ok", "-")]
    [InlineData("listen stream 80 sharded ok", "80")]
    [InlineData("bind dgram 53 sharded ok", "53")]
    [InlineData("listen stream 9000 alone ok", "-")]
    [InlineData("listen stream 443 sharded ok|listen stream 80 sharded ok|listen stream 80 sharded ok", "80,443")]
    [InlineData("bind stream 80 sharded EACCES", "80:EACCES")]
    [InlineData("bind stream 80 sharded EAFNOSUPPORT|bind stream 80 sharded ok|listen stream 80 sharded ok", "80")]
    [InlineData("bind stream 81 sharded EADDRINUSE|listen stream 80 sharded ok", "80,81:EADDRINUSE")]
    [InlineData("bind stream 80 sharded EACCES|bind stream 80 sharded EACCES", "80:EACCES")]
    public void Format_Binds_AreServedPortsAndErrors(string binds, string expected)
    {
        var worker = Given.Worker("web@0") with
        {
            Binds = [.. binds.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(Bind)],
        };
        Assert.Equal(expected, Row(worker)[5]);
    }

    private static BindStatus Bind(string text)
    {
        var words = text.Split(' ');
        return new BindStatus(words[0], words[1], "127.0.0.1", int.Parse(words[2], null), words[3] == "sharded", words[4]);
    }

    private static string[] Row(WorkerStatus worker) =>
        StatusTable.Format(Given.Status(worker)).Split('\n')[3].Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
