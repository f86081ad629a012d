using System.Runtime.CompilerServices;
using System.Text;
using Reuseportd.Configuration.Text;
using Reuseportd.Configuration.Values;
using Reuseportd.Configuration.Yaml;
using Reuseportd.Control.Import.Programs;
using Reuseportd.Model;

namespace Reuseportd.Control.Import.Compose;

/// <summary>Values of one service: variables are replaced by those of <c>.env</c>, and times and sizes are parsed.</summary>
/// <param name="left">Characters that may still be replaced in the file: aliases of YAML repeat a long text for nothing.</param>
internal sealed class ComposeValues(
    ImportedProgram program, IReadOnlyDictionary<string, string> variables, StrongBox<int> left)
{
    public const int MostReplaced = 1 << 22;

    private const int DeepestDefault = 8;

    /// <summary>A text with <c>$NAME</c>, <c>${NAME}</c>, <c>${NAME:-value}</c> and <c>$$</c> replaced.</summary>
    public string Text(ScalarNode node, string key)
    {
        if (!node.Text.Contains('$', StringComparison.Ordinal)) return node.Text;
        if (left.Value > 0) return Replace(node.Text, node.Place, key, DeepestDefault);
        program.Missing(node.Place, "too many variables in the file", key);
        return "";
    }

    /// <summary>The same, as a text with placeholders.</summary>
    public string Template(ScalarNode node, string key) => Placeholders.Escape(Text(node, key));

    public TimeSpan? Duration(ScalarNode node, string key)
    {
        var text = Text(node, key);
        var span = DurationSyntax.TryParse(text)
            ?? (Sources.Nodes.Integer(text) is >= 0 and < 1_000_000 and var seconds ? TimeSpan.FromSeconds(seconds) : null);
        if (span is null) program.Missing(node.Place, $"'{Printable.Text(text)}' is no duration", key);
        return span;
    }

    /// <summary>Parses <c>512m</c>, <c>1gb</c> and bytes.</summary>
    public long? Bytes(ScalarNode node, string key)
    {
        var text = Text(node, key).Trim().ToLowerInvariant().TrimEnd('b');
        var power = text.Length == 0 ? -1 : "kmgt".IndexOf(text[^1], StringComparison.Ordinal);
        if (Sources.Nodes.Bytes(power < 0 ? text : text[..^1], power + 1) is { } bytes) return bytes;
        program.Missing(node.Place, $"'{Printable.Text(node.Text)}' is no size", key);
        return null;
    }

    private string Replace(string text, Place at, string key, int depth)
    {
        var replaced = new StringBuilder();
        for (var from = 0; from < text.Length; from++)
        {
            if (text[from] != '$' || from + 1 == text.Length || replaced.Length > left.Value)
            {
                replaced.Append(text[from]);
                continue;
            }

            if (text[from + 1] == '$')
            {
                replaced.Append('$');
                from++;
            }
            else if (text[from + 1] == '{' && Close(text, from + 1) is > 0 and var close)
            {
                replaced.Append(Braced(text[(from + 2)..close], at, key, depth));
                from = close;
            }
            else
            {
                var end = from + 1;
                while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_')) end++;
                if (end == from + 1) replaced.Append('$');
                else replaced.Append(Value(text[(from + 1)..end], null, at, key));
                from = end - 1;
            }
        }

        left.Value -= replaced.Length;
        return replaced.ToString();
    }

    private string Braced(string inside, Place at, string key, int depth)
    {
        var end = 0;
        while (end < inside.Length && (char.IsAsciiLetterOrDigit(inside[end]) || inside[end] == '_')) end++;
        var (name, rest) = (inside[..end], inside[end..]);
        var otherwise = rest.StartsWith(":-", StringComparison.Ordinal) ? rest[2..] : rest.StartsWith('-') ? rest[1..] : null;
        if (otherwise is not null && depth > 0) otherwise = Replace(otherwise, at, key, depth - 1);
        return Value(name, otherwise, at, key);
    }

    private string Value(string name, string? otherwise, Place at, string key)
    {
        if (variables.TryGetValue(name, out var value)) return value;
        if (otherwise is not null) return otherwise;
        program.Missing(at,
            $"the value of ${Printable.Text(EnvironmentNames.IsValid(name) ? name : "{" + name + "}")} is not known here", key);
        return "";
    }

    /// <returns>Index of the brace that closes the one at <paramref name="open"/>, or -1.</returns>
    private static int Close(string text, int open)
    {
        var depth = 0;
        for (var at = open; at < text.Length; at++)
        {
            if (text[at] == '{') depth++;
            else if (text[at] == '}' && --depth == 0) return at;
        }

        return -1;
    }
}
