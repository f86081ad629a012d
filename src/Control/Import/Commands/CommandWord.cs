using System.Text;
using Reuseportd.Control.Import.Programs;

namespace Reuseportd.Control.Import.Commands;

/// <param name="Text">A text with placeholders, or the name of a variable.</param>
/// <param name="IsVariable">A variable of the worker's environment, whose value is known when the worker starts.</param>
/// <param name="IsSplit">The value of the variable is split into words.</param>
internal sealed record WordPart(string Text, bool IsVariable = false, bool IsSplit = false);

/// <summary>A word of a command in which variables can stand.</summary>
internal sealed record CommandWord(IReadOnlyList<WordPart> Parts)
{
    /// <summary>Before a command with a value that is split: words of it are no patterns of files.</summary>
    public const string WithoutPatterns = "set -f; ";

    public static CommandWord Literal(string template) => new([new WordPart(template)]);

    /// <returns>Words for a service; with variables, a shell that expands them and becomes the program.</returns>
    public static IReadOnlyList<string> Command(IReadOnlyList<CommandWord> words, out bool isShell)
    {
        isShell = words.Any(word => word.Parts.Any(part => part.IsVariable));
        if (!isShell) return [.. words.Select(word => string.Concat(word.Parts.Select(part => part.Text)))];
        var options = words.Any(word => word.Parts.Any(part => part.IsSplit)) ? WithoutPatterns : "";
        return ["/bin/sh", "-c", $"{options}exec {string.Join(' ', words.Select(ForShell))}"];
    }

    /// <summary>Placeholders are replaced before the shell reads the text.</summary>
    private static string ForShell(CommandWord word)
    {
        var text = new StringBuilder();
        for (var at = 0; at < word.Parts.Count; at++)
        {
            var part = word.Parts[at];
            if (part.IsSplit && at + 1 == word.Parts.Count) text.Append('$').Append(part.Text);
            else if (part.IsSplit) text.Append('$').Append(Placeholders.Escape("{")).Append(part.Text).Append('}');
            else if (part.IsVariable) text.Append("\"$").Append(Placeholders.Escape("{")).Append(part.Text).Append("}\"");
            else if (part.Text.Length > 0 || word.Parts.Count == 1) text.Append(ShellLine.Quote(part.Text));
        }

        return text.ToString();
    }
}
