using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.CommandLine;

public sealed class UsageTests
{
    [Fact]
    public async Task Help_Output_HasTheOptions()
    {
        var help = await Command.RunAsync(Artifacts.Daemon, ["--help"]);

        Assert.Equal((0, ""), (help.Code, help.Error));
        string[] options = ["--config", "--socket", "--log", "--log-level", "--preload", "--check", "auto|console|json|journal"];
        foreach (var option in options)
            Assert.Contains(option, help.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--no-such-option")]
    [InlineData("start")]
    [InlineData("--log", "xml")]
    [InlineData("--log", "1")]
    [InlineData("--log-level", "loud")]
    [InlineData("--config")]
    public async Task Arguments_Wrong_AreErrors(params string[] arguments)
    {
        var wrong = await Command.RunAsync(Artifacts.Daemon, arguments);

        Assert.Equal((2, ""), (wrong.Code, wrong.Out));
        Assert.StartsWith("reuseportd: ", wrong.Error, StringComparison.Ordinal);
        Assert.EndsWith("reuseportd: see 'reuseportd --help'\n", wrong.Error, StringComparison.Ordinal);
    }
}
