using System.Text;
using Reuseportd.Configuration.Text;
using Reuseportd.Control.Import.Sources;

namespace Reuseportd.Control.Import.Compose;

/// <summary>
/// The file <c>.env</c> beside a Compose file. Its values can have a comment after a blank, unlike those of <c>env_file</c> here.
/// </summary>
internal static class ComposeVariables
{
    public static Dictionary<string, string> Read(SourceTree tree)
    {
        if (tree.Read(tree.Absolute(".env")) is not { } source) return [];
        var text = new StringBuilder(source.Text.Length);
        foreach (var line in source.Text.AsSpan().EnumerateLines()) text.Append(WithoutComment(line)).Append('\n');
        return DotEnv.Read(new SourceText(source.File, text.ToString(), source.Role));
    }

    public static ReadOnlySpan<char> WithoutComment(ReadOnlySpan<char> line)
    {
        var value = line.IndexOf('=') + 1;
        if (value == 0 || line[value..].ContainsAny('"', '\'')) return line;
        for (var at = value; at < line.Length; at++)
        {
            if (line[at] == '#' && line[at - 1] is ' ' or '\t') return line[..at];
        }

        return line;
    }
}
