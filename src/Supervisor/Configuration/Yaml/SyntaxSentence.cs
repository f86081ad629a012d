using Reuseportd.Configuration.Text;
using YamlDotNet.Core;

namespace Reuseportd.Configuration.Yaml;

/// <summary>Describes a YAML syntax error in terms of the file instead of the parser.</summary>
internal static class SyntaxSentence
{
    /// <param name="open">Unclosed brackets at the error, innermost first.</param>
    public static (Place Place, string Sentence) Of(Lines lines, YamlException error, Stack<(Place Place, char Bracket)> open)
    {
        var place = lines.Place(error.Start);
        var message = error.Message;
        if (message.Contains("tab", StringComparison.Ordinal) && IndentingTab(lines, place) is { } tab)
            return (tab, "a tab cannot indent YAML; use spaces");
        if (message.Contains("unexpected end of stream", StringComparison.Ordinal))
            return (place, "the quote that opens here is not closed");
        if (open.TryPeek(out var bracket) && (message.Contains("expected ','", StringComparison.Ordinal) || lines.IsEnd(place)))
        {
            var closing = bracket.Bracket == '[' ? ']' : '}';
            return (place, $"expected ',' or '{closing}' here: the '{bracket.Bracket}' at {bracket.Place} is not closed");
        }

        return (place, Sentence(message, lines.CharacterAt(place)));
    }

    private static string Sentence(string message, char at)
    {
        if (message.Contains("cannot start any token", StringComparison.Ordinal))
        {
            return at == '\t'
                ? "a tab cannot indent YAML; use spaces"
                : $"a value cannot begin with '{Printable.Text(at.ToString())}' unless it is quoted";
        }

        if (message.Contains("invalid mapping", StringComparison.Ordinal)
            || message.StartsWith("Mapping values", StringComparison.Ordinal))
            return "unexpected ':' here; quote a value that contains ': ', or check the indentation";
        if (message.Contains("did not find expected key", StringComparison.Ordinal))
            return "expected 'key: value' here; check quotes and indentation";
        if (message.Contains("expected '-'", StringComparison.Ordinal)
            || message.StartsWith("Block sequence entries", StringComparison.Ordinal))
            return "a list and a map are mixed here; check the indentation and the '-'";
        if (message.Contains("wrong indentation", StringComparison.Ordinal))
            return "the quoted text that opens here continues in a line without indentation; is the closing quote missing?";
        if (message.Contains("unknown escape", StringComparison.Ordinal))
            return "unknown escape in double quotes; write '\\\\' for a backslash, or use single quotes";
        if (message.Contains("node content", StringComparison.Ordinal))
            return "expected a value here";
        var comma = message.StartsWith("While ", StringComparison.Ordinal) ? message.IndexOf(", ", StringComparison.Ordinal) : -1;
        return "YAML syntax: " + Printable.Text((comma < 0 ? message : message[(comma + 2)..]).TrimEnd('.'));
    }

    /// <summary>The parser reports some tabs at the start of the map that contains them.</summary>
    private static Place? IndentingTab(Lines lines, Place start)
    {
        for (var number = start.Line; number <= lines.Count; number++)
        {
            var indentation = lines[number].IndexOfAnyExcept(' ');
            if (indentation >= 0 && lines[number][indentation] == '\t' && !lines[number].IsWhiteSpace())
                return start with { Line = number, Column = indentation + 1 };
        }

        return null;
    }
}
