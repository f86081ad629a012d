using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.CommandLine;

/// <summary>The pages of the manual are valid for their formatter.</summary>
public sealed class ManualTests
{
    [Theory]
    [InlineData("reuseportd.8")]
    [InlineData("reuseportctl.1")]
    [InlineData("reuseportd.yaml.5")]
    public async Task Page_Lint_HasNoComplaint(string page)
    {
        var lint = await Command.RunAsync(Programs.Require("mandoc", "mandoc"), ["-Tlint", Checkout.At($"docs/man/{page}")]);
        Assert.Equal((0, "", ""), (lint.Code, lint.Out, lint.Error));
    }

    [Theory]
    [InlineData("reuseportd.8", "--config PATH")]
    [InlineData("reuseportctl.1", "reuseportctl scale")]
    [InlineData("reuseportd.yaml.5", "max_attempts")]
    public async Task Page_Formatted_HasItsHeadings(string page, string words)
    {
        var text = await Command.RunAsync(
            Programs.Require("mandoc", "mandoc"), ["-Tascii", "-Owidth=100", Checkout.At($"docs/man/{page}")]);
        // Bold is a letter struck twice.
        Assert.Contains(words, System.Text.RegularExpressions.Regex.Replace(text.Out, ".\b", ""), StringComparison.Ordinal);
    }
}
