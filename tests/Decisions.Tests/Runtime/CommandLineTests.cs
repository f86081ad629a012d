using Reuseportd.Hosting;
using Reuseportd.Model;

namespace Decisions.Tests.Runtime;

public sealed class CommandLineTests
{
    [Fact]
    public async Task RunAsync_NoArguments_PrintsNothing() =>
        Assert.Equal(new DaemonArguments(null, null, null, null, null), (await Read()).Arguments);

    [Fact]
    public async Task RunAsync_AllOptions_AreAccepted() => Assert.Equal(
        new DaemonArguments("/etc/x", "/run/x.sock", LogForm.Json, LogThreshold.Debug, "/lib/x.so"),
        (await Read(
            "--config", "/etc/x", "--socket", "/run/x.sock", "--log", "json", "--log-level", "debug", "--preload", "/lib/x.so"))
            .Arguments);

    [Fact]
    public async Task RunAsync_Check_StartsNothing()
    {
        var (arguments, isCheck, code) = await Read("--check", "--config", "x");
        Assert.Equal(("x", true, 7), (arguments!.Config, isCheck, code));
    }

    [Theory]
    [InlineData("--log", "loud")]
    [InlineData("--log", "1")]
    [InlineData("--log-level", "2")]
    [InlineData("--log-level", "everything")]
    [InlineData("--config")]
    [InlineData("--unknown")]
    [InlineData("start")]
    public async Task RunAsync_UnknownArguments_AreUsageErrors(params string[] given)
    {
        var (arguments, _, code) = await Read(given);
        Assert.Equal((null, ExitCode.Usage), (arguments, code));
    }

    [Theory]
    [InlineData("JSON", LogForm.Json)]
    [InlineData("Console", LogForm.Console)]
    [InlineData("journal", LogForm.Journal)]
    [InlineData("auto", LogForm.Auto)]
    public async Task RunAsync_LogForms_AreAcceptedInAnyCase(string word, object form) =>
        Assert.Equal(form, (await Read("--log", word)).Arguments!.Log);

    private static async Task<(DaemonArguments? Arguments, bool IsCheck, int Code)> Read(params string[] given)
    {
        DaemonArguments? run = null, check = null;
        var code = await CommandLine.RunAsync(
            given,
            arguments =>
            {
                run = arguments;
                return Task.FromResult(0);
            },
            arguments =>
            {
                check = arguments;
                return 7;
            });
        return (run ?? check, check is not null, code);
    }
}
