namespace Decisions.Tests.Markdown;

/// <summary>Links between the pages of the documents have a target.</summary>
public sealed class LinkTests
{
    private const string Entry = "README.md";

    [Fact]
    public void Links_OfEachPage_LeadToAFileAndAHeading()
    {
        var broken =
            from page in Pages.All.Values
            from link in page.Links
            where !Leads(page, link)
            select $"{page.Path}: {link}";
        Assert.Empty(broken);
    }

    [Fact]
    public void Pages_BelowDocs_AreReachableFromTheReadme() => Assert.Empty(
        Pages.All.Keys.Where(page => page.StartsWith("docs/", StringComparison.Ordinal)).Except(ReachableFrom(Entry)).Order());

    private static bool Leads(MarkdownPage page, string link)
    {
        var (file, heading) = page.Resolve(link);
        if (heading is null) return Path.Exists(Checkout.At(file));
        return Pages.All.TryGetValue(file, out var target) && target.Headings.Contains(heading);
    }

    private static HashSet<string> ReachableFrom(string entry)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        var left = new Stack<string>([entry]);
        while (left.TryPop(out var next))
        {
            if (!found.Add(next)) continue;
            var page = Pages.All[next];
            foreach (var file in page.Links.Select(link => page.Resolve(link).File).Where(Pages.All.ContainsKey)) left.Push(file);
        }

        return found;
    }
}
