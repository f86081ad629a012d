using System.CommandLine;
using Reuseportd.Control;
using Reuseportd.Control.Arguments;

namespace Control.Tests;

public sealed class UsageErrorsTests
{
    private static readonly RootCommand Root = CommandTree.Create();

    [Theory]
    [InlineData("bogus", "there is no command 'bogus'")]
    [InlineData("bogus --now", "there is no command 'bogus'")]
    [InlineData("--bogus", "unknown option '--bogus'")]
    public void Find_UnknownCommand_IsOneError(string words, string error) =>
        Assert.Equal([error], UsageErrors.Find(Root.Parse(words.Split(' '))));

    [Theory]
    [InlineData("scale web x", "N accepts a number of workers, not 'x'")]
    [InlineData("scale web* 3", "SERVICE accepts the name of one service, such as web, not a pattern: 'web*'")]
    [InlineData("scale web@1 3", "SERVICE accepts the name of one service, such as web, not a worker: 'web@1'")]
    [InlineData("show w[ae]b", "SERVICE accepts the name of one service, such as web, not a pattern: 'w[ae]b'")]
    public void Find_WrongWord_NamesItAndTheRightOnes(string words, string error) =>
        Assert.Equal([error], UsageErrors.Find(Root.Parse(words.Split(' '))));

    [Fact]
    public void Find_NoCommand_IsAnError() => Assert.Single(UsageErrors.Find(Root.Parse([])));

    [Theory]
    [InlineData("status web@0")]
    [InlineData("apply")]
    [InlineData("apply --no-wait")]
    [InlineData("restart web web@2 --timeout 1m30s")]
    [InlineData("scale web 0 --timeout 500ms")]
    [InlineData("signal web@0 RTMIN+3")]
    [InlineData("logs -f -n 20 web")]
    [InlineData("events -f")]
    [InlineData("status --watch -o wide")]
    [InlineData("completion zsh")]
    [InlineData("--socket /run/x.sock check")]
    [InlineData("restart --help")] // and never mind what is missing
    [InlineData("scale -h")]
    [InlineData("signal --help")]
    public void Find_Command_IsEmpty(string words) => Assert.Empty(UsageErrors.Find(Root.Parse(words.Split(' '))));

    [Theory]
    [InlineData("start")]
    [InlineData("stop --now web")]
    [InlineData("restart web --timeout 5")]
    [InlineData("restart web --timeout soon")]
    [InlineData("restart web --timeout 8d")]
    [InlineData("restart web --wait --no-wait")]
    [InlineData("restart web --no-wait --timeout 5s")]
    [InlineData("reload web --timeout 5s")]
    [InlineData("scale web")]
    [InlineData("scale web two")]
    [InlineData("scale web -1")]
    [InlineData("signal web")]
    [InlineData("logs -n many")]
    [InlineData("show")]
    [InlineData("show web -o table")]
    [InlineData("status -o yaml")]
    [InlineData("completion tcsh")]
    public void Find_WrongCommandLine_HasAnError(string words) =>
        Assert.NotEmpty(UsageErrors.Find(Root.Parse(words.Split(' '))));
}
