namespace Decisions.Tests.Markdown;

public sealed class MarkdownPageTests
{
    [Theory]
    [InlineData("# The first", "the-first")]
    [InlineData("## `update` and `stall`", "update-and-stall")]
    [InlineData("### What is lost, and when?", "what-is-lost-and-when")]
    [InlineData("## 2. See [the page](page.md)", "2-see-the-page")]
    [InlineData("## max_delay", "max_delay")]
    public void Parse_Heading_HasTheNameOfALink(string line, string name) =>
        Assert.Equal([name], MarkdownPage.Parse("a.md", line).Headings);

    [Fact]
    public void Parse_SameHeadingTwice_NumbersTheSecond() =>
        Assert.Equal(["one", "one-1"], MarkdownPage.Parse("a.md", "# One\n\n## One\n").Headings.Order());

    [Theory]
    [InlineData("see [this](b.md#c) and [that](d.md \"title\")", "b.md#c", "d.md")]
    [InlineData("![picture](images/a.svg)", "images/a.svg")]
    [InlineData("<img src=\"a.svg\" alt=\"x\">", "a.svg")]
    [InlineData("`[no](link.md)` and [other](https://example.org/)")]
    [InlineData("```\n[no](link.md)\n```\n")]
    public void Parse_Links_AreThoseOfTheProse(string text, params string[] links) =>
        Assert.Equal(links, MarkdownPage.Parse("a.md", text).Links);

    [Theory]
    [InlineData("docs/a.md", "b.md", "docs/b.md", null)]
    [InlineData("docs/guide/a.md", "../reference/b.md#c", "docs/reference/b.md", "c")]
    [InlineData("README.md", "docs/a.md", "docs/a.md", null)]
    [InlineData("docs/a.md", "#here", "docs/a.md", "here")]
    public void Resolve_Link_IsBelowTheCheckout(string path, string link, string file, string? heading) =>
        Assert.Equal((file, heading), MarkdownPage.Parse(path, "").Resolve(link));
}
