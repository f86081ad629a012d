namespace Decisions.Tests.Markdown;

/// <summary>The pages of the documents, by their paths below the checkout.</summary>
internal static class Pages
{
    public static IReadOnlyDictionary<string, MarkdownPage> All { get; } =
        Directory.GetFiles(Checkout.At("docs"), "*.md", SearchOption.AllDirectories)
            .Concat(Directory.GetFiles(Checkout.At("config/examples"), "*.md", SearchOption.AllDirectories))
            .Concat(new[] { "README.md", "CHANGELOG.md", "CONTRIBUTING.md" }.Select(Checkout.At))
            .Select(file => MarkdownPage.Parse(Path.GetRelativePath(Checkout.Folder, file), File.ReadAllText(file)))
            .ToDictionary(page => page.Path);
}
