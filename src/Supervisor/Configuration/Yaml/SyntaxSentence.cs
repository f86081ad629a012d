using YamlDotNet.Core;

namespace Reuseportd.Configuration;

/// <summary>Says a syntax error of YAML in words for somebody who wrote a file, not a parser.</summary>
internal static class SyntaxSentence
{
    /// <param name="open">Brackets that are open at the error, innermost first.</param>
    public static (Place Place, string Sentence) Of(SourceText source, YamlException error, Stack<(Place Place, char Bracket)> open)
    {
        var place = Inside(source, error.Start);
        var message = error.Message;
        if (message.Contains("tab", StringComparison.Ordinal) && IndentingTab(source, place) is { } tab)
            return (tab, "a tab cannot indent YAML; use spaces");
        if (message.Contains("unexpected end of stream", StringComparison.Ordinal))
            return (place, "the quote that opens here is not closed");
        if (open.TryPeek(out var bracket) && (message.Contains("expected ','", StringComparison.Ordinal) || AtEnd(source, place)))
            return (place, $"expected ',' or '{(bracket.Bracket == '[' ? ']' : '}')}' here: the '{bracket.Bracket}' at {bracket.Place} is not closed");
        return (place, Sentence(message, CharacterAt(source, place)));
    }

    /// <summary>The parser's place of an error may be past the end.</summary>
    public static Place Inside(SourceText source, in Mark mark)
    {
        var (line, number) = LineAt(source, mark.Line);
        return new Place(source.File, number, (int)Math.Clamp(mark.Column, 1, line.Length + 1));
    }

    private static string Sentence(string message, char at)
    {
        if (message.Contains("cannot start any token", StringComparison.Ordinal))
            return at == '\t' ? "a tab cannot indent YAML; use spaces" : $"a value cannot begin with '{at}' unless it is quoted";
        if (message.Contains("invalid mapping", StringComparison.Ordinal) || message.StartsWith("Mapping values", StringComparison.Ordinal))
            return "a ':' does not belong here; quote a value that holds ': ', or check the indentation";
        if (message.Contains("did not find expected key", StringComparison.Ordinal))
            return "expected 'key: value' here; check quotes and indentation";
        if (message.Contains("expected '-'", StringComparison.Ordinal) || message.StartsWith("Block sequence entries", StringComparison.Ordinal))
            return "a list and a map are mixed here; check the indentation and the '-'";
        if (message.Contains("wrong indentation", StringComparison.Ordinal))
            return "the quoted text that opens here goes on in a line that is not indented; is the closing quote missing?";
        if (message.Contains("unknown escape", StringComparison.Ordinal))
            return "unknown escape in double quotes; write '\\\\' for a backslash, or use single quotes";
        if (message.Contains("node content", StringComparison.Ordinal))
            return "expected a value here";
        var comma = message.StartsWith("While ", StringComparison.Ordinal) ? message.IndexOf(", ", StringComparison.Ordinal) : -1;
        return "YAML syntax: " + Printable.Text((comma < 0 ? message : message[(comma + 2)..]).TrimEnd('.'));
    }

    /// <summary>The parser reports some tabs at the start of the map that they stand in.</summary>
    private static Place? IndentingTab(SourceText source, Place from)
    {
        var number = 0;
        foreach (var line in source.Text.AsSpan().EnumerateLines())
        {
            number++;
            var indentation = line.IndexOfAnyExcept(' ');
            if (number >= from.Line && indentation >= 0 && line[indentation] == '\t' && !line.Trim().IsEmpty)
                return new Place(source.File, number, indentation + 1);
        }

        return null;
    }

    private static bool AtEnd(SourceText source, Place place) => place >= Place.After(source.File, source.Text.AsSpan().TrimEnd());

    private static char CharacterAt(SourceText source, Place place)
    {
        var line = LineAt(source, place.Line).Line;
        return place.Column <= line.Length ? line[place.Column - 1] : '\n';
    }

    private static (string Line, int Number) LineAt(SourceText source, long number)
    {
        var (at, last) = (0, "");
        foreach (var line in source.Text.AsSpan().EnumerateLines())
        {
            if (++at == number) return (line.ToString(), at);
            last = line.ToString();
        }

        return (last, Math.Max(1, at));
    }
}
