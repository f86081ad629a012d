using EndToEnd.Tests.Harness;

namespace EndToEnd.Tests.CommandLine;

/// <summary>The pages of the manual are valid for their formatter.</summary>
public sealed class ManualTests
{
    [Theory]
    [InlineData("reuseportd.8")]
    [InlineData("reuseportctl.1")]
    [InlineData("reuseportd.yaml.5")]
    [InlineData("libreuseport.7")]
    public async Task Page_Lint_HasNoComplaint(string page)
    {
        var lint = await Command.RunAsync(Programs.Require("mandoc", "mandoc"), ["-Tlint", Checkout.At($"docs/man/{page}")]);
        Assert.Equal((0, "", ""), (lint.Code, lint.Out, lint.Error));
    }

    [Fact]
    public async Task Page_ManWithWarnings_HasNone()
    {
        var man = Programs.Require("man", "man-db");
        foreach (var page in Directory.EnumerateFiles(Checkout.At("docs/man")))
        {
            var shown = await Command.RunAsync(
                man, ["--warnings", "-E", "UTF-8", "-l", page],
                new Dictionary<string, string> { ["LC_ALL"] = "C.UTF-8", ["MANWIDTH"] = "80" });
            Assert.Equal((0, ""), (shown.Code, shown.Error));
            Assert.Contains("SEE ALSO", shown.Out, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("reuseportd.8", "--config PATH")]
    [InlineData("reuseportctl.1", "reuseportctl scale")]
    [InlineData("reuseportd.yaml.5", "max_attempts")]
    [InlineData("libreuseport.7", "LIBREUSEPORT_PORT")]
    public async Task Page_Formatted_HasItsHeadings(string page, string words)
    {
        var text = await Command.RunAsync(
            Programs.Require("mandoc", "mandoc"), ["-Tascii", "-Owidth=100", Checkout.At($"docs/man/{page}")]);
        // Bold is a letter struck twice.
        Assert.Contains(words, System.Text.RegularExpressions.Regex.Replace(text.Out, ".\b", ""), StringComparison.Ordinal);
    }
}
