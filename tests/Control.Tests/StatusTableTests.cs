using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control;

namespace Control.Tests;

public sealed class StatusTableTests
{
    [Fact]
    public void Of_Workers_StandInColumns()
    {
        WorkerStatus[] workers =
        [
            Given.Worker("web@0"),
            Given.Worker("web@10", "backoff") with
            {
                Pid = null, Generation = 12, Restarts = 11, Uptime = null, NextTry = 25.2, LastExit = "exit code 1", Detail = "exit code 1",
                Binds = [new BindStatus("bind", "stream", "127.0.0.1", 8080, Sharded: true, "EADDRINUSE")],
            },
            Given.Worker("dns@0", "failed") with { Pid = null, Uptime = null, Binds = [], Detail = "exec dnsmasq: ENOENT" },
        ];
        Assert.Equal(
            """
            reuseportd 1.2.3, up 60m, 1 of 3 workers ready
            WORKER  STATE    PID   GEN  BIND             UPTIME  RESTARTS  LAST-EXIT    DETAIL
            web@0   ready    4242  1    8080             59s     0         -
            web@10  backoff  -     12   8080:EADDRINUSE  -       11        exit code 1  next try in 25s; exit code 1
            dns@0   failed   -     1    -                -       0         -            exec dnsmasq: ENOENT

            """,
            StatusTable.Of(Given.Status(workers), workers));
    }

    [Fact]
    public void Of_AWorkerThatHasEnded_ItServesNothing()
    {
        WorkerStatus[] workers = [Given.Worker("web@0", "backoff") with { Pid = null, Uptime = null }];
        Assert.Contains("web@0   backoff  -    1    -     -", StatusTable.Of(Given.Status(workers), workers), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_NoWorkers_IsTheHeadAlone() => Assert.Equal(
        """
        reuseportd 1.2.3, up 60m, 0 of 0 workers ready
        WORKER  STATE  PID  GEN  BIND  UPTIME  RESTARTS  LAST-EXIT  DETAIL

        """,
        StatusTable.Of(Given.Status(), []));

    [Fact]
    public void Of_SomeOfTheWorkers_CountsThose()
    {
        var shown = new[] { Given.Worker("web@0"), Given.Worker("web@1", "starting") };
        Assert.Contains("1 of 2 workers ready", StatusTable.Of(Given.Status([.. shown, Given.Worker("dns@0")]), shown), StringComparison.Ordinal);
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
    public void Of_Durations_AreRoundedToOneUnit(double seconds, string expected) =>
        Assert.Contains($", up {expected}, ", StatusTable.Of(Given.Status() with { Uptime = seconds }, []), StringComparison.Ordinal);

    [Fact]
    public void Of_ATryThatIsDue_IsNotBelowZero() =>
        Assert.EndsWith("next try in 0ms", Detail(Given.Worker("web@0", "backoff") with { NextTry = -0.5 }), StringComparison.Ordinal);

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
    public void Of_Binds_AreThePortsServedAndWhatFailed(string binds, string expected)
    {
        var worker = Given.Worker("web@0") with { Binds = [.. binds.Split('|', StringSplitOptions.RemoveEmptyEntries).Select(Bind)] };
        Assert.Equal(expected, Row(worker)[4]);
    }

    private static BindStatus Bind(string text)
    {
        var words = text.Split(' ');
        return new BindStatus(words[0], words[1], "127.0.0.1", int.Parse(words[2], null), words[3] == "sharded", words[4]);
    }

    private static string[] Row(WorkerStatus worker) =>
        StatusTable.Of(Given.Status(worker), [worker]).Split('\n')[2].Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string Detail(WorkerStatus worker) => StatusTable.Of(Given.Status(worker), [worker]).Split('\n')[2];
}
