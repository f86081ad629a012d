using System.CommandLine;
using Reuseportd.Control;

namespace Control.Tests;

public sealed class HelpWordsTests
{
    [Fact]
    public void Help_Program_HasOptionalArgumentsOfVerbsInBrackets()
    {
        using var output = new StringWriter();
        CommandTree.Create().Parse(["--help"]).Invoke(new InvocationConfiguration { Output = output });
        Assert.Contains("\n  status [NAME...]  ", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("\n  start <NAME>  ", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status", "\n  reuseportctl status [NAME...] [options]\n", "\n  [NAME...]  Workers to show; ")]
    [InlineData("start", "\n  reuseportctl start <NAME>... [options]\n", "\n  <NAME>  Workers to act on. ")]
    [InlineData("scale", "\n  reuseportctl scale <SERVICE> <N> [options]\n", "\n  <SERVICE>  Name of one service")]
    public void Help_Verb_HasOptionalArgumentsInBrackets(string verb, string usage, string argument)
    {
        using var output = new StringWriter();
        var code = CommandTree.Create().Parse([verb, "--help"]).Invoke(new InvocationConfiguration { Output = output });
        // The name of the program is that of the tests here.
        var text = output.ToString().Replace($" {RootCommand.ExecutableName} ", " reuseportctl ", StringComparison.Ordinal);
        Assert.Equal(ExitCode.Ok, code);
        Assert.Contains(usage, text, StringComparison.Ordinal);
        Assert.Contains(argument, text, StringComparison.Ordinal);
    }
}
