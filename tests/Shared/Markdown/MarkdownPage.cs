using System.Text;
using System.Text.RegularExpressions;

namespace Tests.Shared;

/// <summary>
/// A page of the documents: its links, and its headings by the names that GitHub gives them in links. Code is left out. Pure:
/// callers pass a text.
/// </summary>
/// <param name="Path">Below the checkout: <c>docs/guarantees.md</c>.</param>
internal sealed partial record MarkdownPage(string Path, IReadOnlySet<string> Headings, IReadOnlyList<string> Links)
{
    public static MarkdownPage Parse(string path, string text)
    {
        var prose = WithoutListings(text);
        var links = Link().Matches(CodeSpan().Replace(prose, "")).Concat(Attribute().Matches(prose))
            .Select(link => link.Groups["target"].Value).Where(target => !OtherHost().IsMatch(target));
        return new MarkdownPage(path, HeadingsOf(prose), [.. links]);
    }

    /// <summary>The file and the heading that a link of this page leads to.</summary>
    /// <returns>A path below the checkout; the heading is null for the page as a whole.</returns>
    public (string File, string? Heading) Resolve(string link)
    {
        var parts = link.Split('#', 2);
        var folder = System.IO.Path.GetDirectoryName(Path) ?? "";
        var whole = System.IO.Path.GetFullPath($"/{folder}/{parts[0]}");
        var file = parts[0].Length == 0 ? Path : System.IO.Path.GetRelativePath("/", whole);
        return (file, parts.Length == 2 ? parts[1] : null);
    }

    private static HashSet<string> HeadingsOf(string prose)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (Match heading in Heading().Matches(prose))
        {
            var name = NameOf(heading.Groups["words"].Value.Trim());
            var unique = name;
            for (var number = 1; !names.Add(unique); number++) unique = $"{name}-{number}";
        }

        return names;
    }

    private static string NameOf(string heading)
    {
        var name = new StringBuilder();
        foreach (var letter in LinkedWords().Replace(heading, "$1").Replace(' ', '-'))
            if (char.IsLetterOrDigit(letter) || letter is '-' or '_') name.Append(char.ToLowerInvariant(letter));
        return name.ToString();
    }

    private static string WithoutListings(string text)
    {
        var (prose, inListing) = (new StringBuilder(), false);
        foreach (var line in text.Split('\n'))
        {
            var isFence = line.TrimStart().StartsWith("```", StringComparison.Ordinal);
            inListing ^= isFence;
            if (!inListing && !isFence) prose.Append(line).Append('\n');
        }

        return prose.ToString();
    }

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)(\s+""[^""]*"")?\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"\b(src|srcset|href)=""(?<target>[^""]+)""")]
    private static partial Regex Attribute();

    [GeneratedRegex("^[a-z]+:")]
    private static partial Regex OtherHost();

    [GeneratedRegex(@"^#{1,6}\s+(?<words>.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"\[([^\]]*)\]\([^)]*\)")]
    private static partial Regex LinkedWords();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex CodeSpan();
}
