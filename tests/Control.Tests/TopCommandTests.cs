using System.Text.Json;
using Control.Tests.Harness;
using Reuseportd.Api.Contract;
using Reuseportd.Control;
using Reuseportd.Control.Output;

namespace Control.Tests;

/// <summary>The tables of <c>top</c> without a terminal.</summary>
public sealed class TopCommandTests
{
    [Fact]
    public async Task Top_OneIteration_IsOneTable()
    {
        using var daemon = Answering(Given.Status(
            Given.Worker("web@0"),
            Given.Worker("web@1", "backoff") with { Pid = null, Uptime = null, CpuPercent = null, Memory = null, Restarts = 3 }));
        var run = await Run.CommandAsync(daemon.Path, "top", "-n", "1");
        Assert.Equal((ExitCode.Ok, ""), (run.Code, run.Errors));
        Assert.Equal(
            """
            WORKER  STATE    PID   UPTIME  RESTARTS  CPU   MEM  BIND
            web@0   ready    4242  59s     0         2.1%  12M  8080
            web@1   backoff  -     -       3         -     -    -

            """,
            run.Output);
        Assert.Equal("GET /v1/status HTTP/1.1", await daemon.RequestAsync());
    }

    [Fact]
    public async Task Top_NamesAndOrder_AreUsed()
    {
        using var daemon = Answering(Given.Status(
            Given.Worker("web@0"), Given.Worker("web@1") with { CpuPercent = 70, Connections = 4 }));
        var run = await Run.CommandAsync(daemon.Path, "top", "-n", "1", "--sort", "cpu", "web");
        Assert.Equal(["WORKER", "web@1", "web@0"], run.Output.Split('\n')[..3].Select(line => line.Split(' ')[0]));
        Assert.Contains("  CONN  BIND", run.Output, StringComparison.Ordinal);
        Assert.Equal("GET /v1/status?name=web HTTP/1.1", await daemon.RequestAsync());
    }

    [Theory]
    [InlineData("--interval", "99ms")]
    [InlineData("--interval", "61m")]
    [InlineData("-i", "1")]
    [InlineData("-i", "often")]
    [InlineData("-n", "0")]
    [InlineData("-n", "-1")]
    [InlineData("-n", "many")]
    [InlineData("--sort", "colour")]
    public async Task Top_WrongValue_IsUsageError(params string[] words) =>
        Assert.Equal(ExitCode.Usage, (await Run.CommandAsync("/nonexistent", ["top", .. words])).Code);

    [Fact]
    public async Task Top_NoDaemon_FailsLikeStatus() =>
        Assert.Equal(ExitCode.NotRunning, (await Run.CommandAsync("/nonexistent", "top", "-n", "3", "-i", "100ms")).Code);

    [Theory]
    [InlineData("xterm-256color", true)]
    [InlineData("tmux", true)]
    [InlineData("linux", true)]
    [InlineData("vt100", false)]
    [InlineData("vt220", false)]
    [InlineData("linux-m", false)]
    [InlineData("xterm-mono", false)]
    public void Exist_ColoursOfATerminal_DependOnItsType(string term, bool exist) => Assert.Equal(exist, Colours.Exist(term));

    private static FakeDaemon Answering(StatusDocument status) =>
        FakeDaemon.Answering(200, JsonSerializer.Serialize(status, ContractJson.Default.StatusDocument));
}
