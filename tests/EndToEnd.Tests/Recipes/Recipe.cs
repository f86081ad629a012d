using System.Text.RegularExpressions;

namespace EndToEnd.Tests.Recipes;

/// <summary>
/// A section of docs/guide/recipes.md, as a reader follows it. A block below a line <c>`/path`:</c> is that file. The commands
/// of a block of <c>sh</c> run once. The test uses no other part of the page, so the page must be complete.
/// </summary>
/// <param name="Name">The heading, which is also the name of the service.</param>
/// <param name="Service">The YAML below <c>/etc/reuseportd/services.d</c>.</param>
/// <param name="Files">Other files, by absolute path.</param>
internal sealed partial record Recipe(string Name, string Service, IReadOnlyDictionary<string, string> Files, string Commands)
{
    public const string Page = "docs/guide/recipes.md";

    private const string Services = "/etc/reuseportd/services.d/";

    public static Recipe Read(string name)
    {
        var section = Sections().Single(section => section.Name == name).Text;
        var files = Blocks().Matches(section)
            .Where(block => block.Groups["path"].Success)
            .ToDictionary(block => block.Groups["path"].Value, block => block.Groups["text"].Value);
        var commands = Blocks().Matches(section)
            .Where(block => !block.Groups["path"].Success && block.Groups["language"].Value == "sh")
            .Select(block => block.Groups["text"].Value);
        var service = $"{Services}{name}.yaml";
        return new Recipe(
            name, files[service], files.Where(file => file.Key != service).ToDictionary(), string.Concat(commands));
    }

    /// <summary>Names of the sections that have a service.</summary>
    public static string[] Names() =>
    [
        .. Sections()
            .Where(section => section.Text.Contains(Services, StringComparison.Ordinal))
            .Select(section => section.Name),
    ];

    private static IEnumerable<(string Name, string Text)> Sections() =>
        File.ReadAllText(Checkout.At(Page)).Split("\n## ").Skip(1)
            .Select(section => (section[..section.IndexOf('\n')], section[section.IndexOf('\n')..]));

    [GeneratedRegex(
        @"(?:^`(?<path>/[^`\n]+)`:\n\n)?^```(?<language>\w*)\n(?<text>.*?)^```$",
        RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
