using Reuseportd.Model;

namespace Decisions.Tests.Model;

public sealed class TemplateTests
{
    [Theory]
    [InlineData("plain", "plain")]
    [InlineData("{worker}", "3")]
    [InlineData("{service}-{worker}.log", "web-3.log")]
    [InlineData("{9000+worker}", "9003")]
    [InlineData("{{worker}", "{worker}")]
    [InlineData("{{{worker}", "{3")]
    [InlineData("}", "}")]
    [InlineData("{2147483647+worker}", "2147483650")]
    public void Expand_Placeholders_AreReplaced(string text, string expected) =>
        Assert.Equal(expected, Template.TryParse(text, out _)!.Expand(new WorkerName("web", 3)));

    [Theory]
    [InlineData("{pid}", "unknown placeholder '{pid}'")]
    [InlineData("{worker", "'{' has no '}'")]
    [InlineData("{-1+worker}", "unknown placeholder")]
    [InlineData("{}", "unknown placeholder")]
    [InlineData("{99999999999+worker}", "unknown placeholder")]
    public void TryParse_BadPlaceholder_HasAnError(string text, string error)
    {
        Assert.Null(Template.TryParse(text, out var said));
        Assert.StartsWith(error, said, StringComparison.Ordinal);
    }
}
