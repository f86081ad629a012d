using System.Text.RegularExpressions;

namespace EndToEnd.Tests.Examples;

/// <summary>A folder of config/examples, as its README.md says to use it.</summary>
/// <param name="Preparation">Commands before the start, without those that install packages.</param>
/// <param name="Trial">Commands that show that the copies serve.</param>
internal sealed partial record Example(string Name, string[] Preparation, string[] Trial)
{
    private const string Start = "reuseportd --config .";

    private static readonly string Root = Checkout.At("config/examples");

    public static string[] Names { get; } =
        [.. Directory.GetDirectories(Root).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    public string Folder => Path.Combine(Root, Name);

    public static Example Read(string name)
    {
        var page = File.ReadAllText(Path.Combine(Root, name, "README.md"));
        var commands = CommandLine().Matches(page).Select(line => line.Groups["command"].Value).ToArray();
        var start = Array.IndexOf(commands, Start);
        Assert.True(start >= 0, $"the page of {name} has no line '{Start}'");
        return new Example(
            name,
            [.. commands[..start].Where(command => !command.StartsWith("sudo ", StringComparison.Ordinal))],
            [.. commands[(start + 1)..].Where(command => !command.StartsWith("reuseportctl ", StringComparison.Ordinal))]);
    }

    [GeneratedRegex(@"^    (?<command>\S.*)$", RegexOptions.Multiline)]
    private static partial Regex CommandLine();
}
