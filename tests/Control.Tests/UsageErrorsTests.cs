using System.CommandLine;
using Reuseportd.Control;

namespace Control.Tests;

public sealed class UsageErrorsTests
{
    private static readonly RootCommand Root = new() { StatusCommand.Create(Socket), ApplyCommand.Create(Socket) };

    private static Option<string> Socket => new("--socket");

    [Theory]
    [InlineData("bogus", "there is no command 'bogus'")]
    [InlineData("bogus --now", "there is no command 'bogus'")]
    [InlineData("--bogus", "unknown option '--bogus'")]
    public void Of_AWordThatIsNone_IsTheCauseAlone(string words, string error) =>
        Assert.Equal([error], UsageErrors.Of(Root.Parse(words.Split(' '))));

    [Fact]
    public void Of_NoCommand_SaysSo() => Assert.Single(UsageErrors.Of(Root.Parse([])));

    [Theory]
    [InlineData("status web@0")]
    [InlineData("apply")]
    public void Of_ACommand_IsNothing(string words) => Assert.Empty(UsageErrors.Of(Root.Parse(words.Split(' '))));
}
